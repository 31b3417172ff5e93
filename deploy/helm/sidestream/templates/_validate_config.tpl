{{/* Rules about config. Each takes a list: the context, the findings. */}}

{{- define "sidestream.validate.config" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $c := $values.config }}
{{- $any := or $c.topics (($c.server).upstream) }}
{{- if and $values.existingConfigMap (or $any $c.connectors) }}
{{- include "sidestream.problem" (list $found (printf "existingConfigMap (%s) and config.topics, config.connectors or config.server.upstream are both set, and only one can be the configuration. Empty one of them." $values.existingConfigMap)) }}
{{- else if and (not $any) (not $values.existingConfigMap) (or $c.connectors (ne $values.mode "standalone")) }}
{{- include "sidestream.problem" (list $found "there is nothing to serve: config names neither topics nor server.upstream, and Sidestream would not start. Set config.topics (see config/sidestream.yaml), config.server.upstream.url, or existingConfigMap.") }}
{{- end }}
{{- range $name, $topic := $c.topics }}
{{- $from := toString $topic.from }}
{{- if not (or (hasKey (default dict $c.connectors) $from) (contains "${" $from) (hasPrefix "file:" $from)) }}
{{- include "sidestream.problem" (list $found (printf "config.topics.%s.from is %q, and config.connectors has no such connector (there are: %s). Add it there, or name one of those." $name $from (default "none" (keys (default dict $c.connectors) | sortAlpha | join ", ")))) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A ConfigMap is read by many, so secrets stand in Secrets. */}}
{{- define "sidestream.validate.plainSecrets" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $advice := "would stand in a ConfigMap for everybody to read. Put it into a Secret, name that in `secrets`, and write \"file:/run/secrets/sidestream/NAME/KEY\" here" }}
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
{{- include "sidestream.problem" (list $found (printf "the password in config.connectors.%s.redis.url %s, as password: beside the url." $name $advice)) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $values.env }}
{{- if and .value (regexMatch "(?i)(password|passwd|secret|token|credential|private.?key)" .name) }}
{{- include "sidestream.problem" (list $found (printf "env has the value of %s in plain text. Give it as valueFrom.secretKeyRef, or better as a file through `secrets`." .name)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The chart's Services and probes go by ports, Sidestream by config.server. */}}
{{- define "sidestream.validate.ports" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $server := default dict $values.config.server }}
{{- range $key, $port := dict "listen" "streams" "admin" "admin" }}
{{- $address := toString (default "" (get $server $key)) }}
{{- $wanted := get $values.ports $port }}
{{- if and $address (regexMatch ":[0-9]+$" $address) }}
{{- if ne (regexFind "[0-9]+$" $address) (toString $wanted) }}
{{- include "sidestream.problem" (list $found (printf "config.server.%s is %q, but Services and probes go to ports.%s, which is %v. Leave config.server.%s away: the chart sets it from ports.%s." $key $address $port $wanted $key $port)) }}
{{- end }}
{{- if regexMatch "^(127\\.|\\[::1\\])" $address }}
{{- include "sidestream.problem" (list $found (printf "config.server.%s is %q, which nothing outside the pod reaches: neither the node's probes nor Services. Leave it away: the chart listens on [::]." $key $address)) }}
{{- end }}
{{- end }}
{{- end }}
{{- if eq (toString $values.ports.streams) (toString $values.ports.admin) }}
{{- include "sidestream.problem" (list $found (printf "ports.streams and ports.admin are both %v. Give them different ports: only the first one may be public." $values.ports.streams)) }}
{{- end }}
{{- end }}

{{- define "sidestream.validate.drain" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $seconds := include "sidestream.drainSeconds" (index . 0) | int64 }}
{{- $grace := $values.terminationGracePeriodSeconds | int64 }}
{{- if gt (add $seconds 5) $grace }}
{{- include "sidestream.problem" (list $found (printf "config.server.drain_delay (%v) and config.server.drain (%v) take %d s and need 5 s more to end in peace, but terminationGracePeriodSeconds is %d: Kubernetes would kill the pod in mid-drain, and all its clients would come back at once. Set terminationGracePeriodSeconds to %d or more, or shorten the drain." (($values.config.server).drain_delay) (($values.config.server).drain) $seconds $grace (add $seconds 5))) }}
{{- end }}
{{- end }}

{{/* The embedded log belongs to one process. */}}
{{- define "sidestream.validate.embedded" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $many := or $values.autoscaling.enabled (gt (int (default 1 $values.replicas)) 1) }}
{{- range $name, $connector := $values.config.connectors }}
{{- if hasKey $connector "embedded" }}
{{- if $many }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s is embedded, a log that belongs to one pod, but replicas or autoscaling asks for several, and each would have a log of its own. Set replicas to 1, or take Kafka or Redis." $name)) }}
{{- end }}
{{- if ($connector.embedded).path }}
{{- if and (ne $values.updateStrategy "Recreate") (ne $values.mode "library") }}
{{- include "sidestream.problem" (list $found (printf "config.connectors.%s.embedded.path is a file for one process, but with updateStrategy RollingUpdate the new pod starts beside the old one. Set updateStrategy to Recreate." $name)) }}
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
{{- include "sidestream.problem" (list $found "config is empty, so the demo topic is served out of the memory of one pod, but replicas or autoscaling asks for several. Set config.topics.") }}
{{- end }}
{{- end }}
