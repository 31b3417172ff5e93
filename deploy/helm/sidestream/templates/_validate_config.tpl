{{/* Rules about config. Arguments of each: the context, the findings. */}}

{{- define "sidestream.validate.config" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $c := $values.config }}
{{- $any := or $c.topics (($c.server).upstream) }}
{{- if and $values.existingConfigMap (or $any $c.connectors) }}
{{- include "sidestream.problem" (list $found (printf "existingConfigMap (%s) and config.topics, config.connectors or config.server.upstream are both set, but only one can be the configuration. Remove one of them." $values.existingConfigMap)) }}
{{- else if and (not $any) (not $values.existingConfigMap) (or $c.connectors (ne $values.mode "standalone")) }}
{{- include "sidestream.problem" (list $found "nothing to serve: config has no topics and no server.upstream, so Sidestream would not start. Set config.topics (see config/sidestream.yaml), config.server.upstream.url, or existingConfigMap.") }}
{{- end }}
{{- range $name, $topic := $c.topics }}
{{- $from := toString $topic.from }}
{{- if not (or (hasKey (default dict $c.connectors) $from) (contains "${" $from) (hasPrefix "file:" $from)) }}
{{- include "sidestream.problem" (list $found (printf "config.topics.%s.from is %q, but config.connectors has no such connector (known: %s). Add it, or name one of these." $name $from (default "none" (keys (default dict $c.connectors) | sortAlpha | join ", ")))) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A ConfigMap is not secret, so passwords must be in Secrets. */}}
{{- define "sidestream.validate.plainSecrets" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $advice := "would be in a ConfigMap, which is not secret. Put it into a Secret, list that in `secrets`, and write \"file:/run/secrets/sidestream/NAME/KEY\" here" }}
{{- range $name, $connector := $values.config.connectors }}
{{- range $key, $value := $connector.kafka }}
{{- if and (regexMatch "(password|secret|ssl\\.key\\.pem|ssl\\.keystore\\.pem|sasl\\.jaas\\.config|sasl\\.oauthbearer\\.config)$" $key) $value (not (regexMatch "^file:|\\$\\{" (toString $value))) }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s.kafka.%s %s." $name $key $advice)) }}
{{- end }}
{{- end }}
{{- with $connector.redis }}
{{- if and .password (not (regexMatch "^file:|\\$\\{" (toString .password))) }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s.redis.password %s." $name $advice)) }}
{{- end }}
{{- if regexMatch "^rediss?://[^/@]*:[^/@$][^/@]*@" (toString .url) }}
{{- include "sidestream.problem" (list $found (printf "the password in config.connectors.%s.redis.url %s, in the key password." $name $advice)) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $values.env }}
{{- if and .value (regexMatch "(?i)(password|passwd|secret|token|credential|private.?key)" .name) }}
{{- include "sidestream.problem" (list $found (printf "env has the value of %s in plain text. Use valueFrom.secretKeyRef, or better a file from `secrets`." .name)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Services and probes use ports, Sidestream uses config.server. */}}
{{- define "sidestream.validate.ports" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $server := default dict $values.config.server }}
{{- range $key, $port := dict "listen" "streams" "admin" "admin" }}
{{- $address := toString (default "" (get $server $key)) }}
{{- $wanted := get $values.ports $port }}
{{- if and $address (regexMatch ":[0-9]+$" $address) }}
{{- if ne (regexFind "[0-9]+$" $address) (toString $wanted) }}
{{- include "sidestream.problem" (list $found (printf "config.server.%s is %q, but Services and probes use ports.%s, which is %v. Remove config.server.%s: the chart sets it from ports.%s." $key $address $port $wanted $key $port)) }}
{{- end }}
{{- if regexMatch "^(127\\.|\\[::1\\])" $address }}
{{- include "sidestream.problem" (list $found (printf "config.server.%s is %q, which is not reachable from outside the pod, so probes and Services fail. Remove it: the chart listens on [::]." $key $address)) }}
{{- end }}
{{- end }}
{{- end }}
{{- if eq (toString $values.ports.streams) (toString $values.ports.admin) }}
{{- include "sidestream.problem" (list $found (printf "ports.streams and ports.admin are both %v. Choose different ports: the admin port must not be public." $values.ports.streams)) }}
{{- end }}
{{- end }}

{{- define "sidestream.validate.tls" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $server := default dict $values.config.server }}
{{- range $key, $port := dict "tls" "streams" "admin_tls" "admin" }}
{{- if and (get $values.tls $port).secretName (get $server $key) }}
{{- include "sidestream.problem" (list $found (printf "tls.%s.secretName and config.server.%s are both set, but the chart sets one from the other. Remove one of them." $port $key)) }}
{{- end }}
{{- end }}
{{- if ($server.admin_tls).client_ca }}
{{- include "sidestream.problem" (list $found "config.server.admin_tls.client_ca demands certificates, but the kubelet's probes have none, so no pod would become ready. Remove it, and restrict the admin port with networkPolicy.") }}
{{- end }}
{{- if and $values.tls.streams.clientCaKey (not $values.tls.streams.secretName) }}
{{- include "sidestream.problem" (list $found "tls.streams.clientCaKey is a key of the Secret in tls.streams.secretName, which is empty. Set both.") }}
{{- end }}
{{- end }}

{{- define "sidestream.validate.drain" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $seconds := include "sidestream.drainSeconds" (index . 0) | int64 }}
{{- $grace := $values.terminationGracePeriodSeconds | int64 }}
{{- if gt (add $seconds 5) $grace }}
{{- include "sidestream.problem" (list $found (printf "config.server.drain_delay (%v) and config.server.drain (%v) take %d s and need 5 s more to complete, but terminationGracePeriodSeconds is %d: Kubernetes would kill the pod during the drain, and all of its clients would reconnect at once. Set terminationGracePeriodSeconds to %d or more, or shorten the drain." (($values.config.server).drain_delay) (($values.config.server).drain) $seconds $grace (add $seconds 5))) }}
{{- end }}
{{- end }}

{{/* Only one process can use an embedded log. */}}
{{- define "sidestream.validate.embedded" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $many := or $values.autoscaling.enabled (gt (int (default 1 $values.replicas)) 1) }}
{{- range $name, $connector := $values.config.connectors }}
{{- if hasKey $connector "embedded" }}
{{- if $many }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s is embedded, a log of one pod, but replicas or autoscaling allows several pods, each with its own log. Set replicas to 1, or use Kafka or Redis." $name)) }}
{{- end }}
{{- if ($connector.embedded).path }}
{{- if and (ne $values.updateStrategy "Recreate") (ne $values.mode "library") }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s.embedded.path is a file for one process, but with updateStrategy RollingUpdate the new pod starts before the old one exits. Set updateStrategy to Recreate." $name)) }}
{{- end }}
{{- $mounted := false }}
{{- range $values.extraVolumeMounts }}
{{- if hasPrefix (trimSuffix "/" .mountPath | printf "%s/") (toString $connector.embedded.path) }}
{{- $mounted = true }}
{{- end }}
{{- end }}
{{- if not $mounted }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s.embedded.path is %q, but the container's root is read-only. Mount a volume there with extraVolumes and extraVolumeMounts." $name $connector.embedded.path)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $many (include "sidestream.isDemo" (index . 0)) }}
{{- include "sidestream.problem" (list $found "config is empty, so the demo topic is in the memory of one pod, but replicas or autoscaling allows several pods. Set config.topics.") }}
{{- end }}
{{- end }}
