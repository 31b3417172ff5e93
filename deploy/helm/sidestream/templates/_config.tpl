{{/* Renders Sidestream's configuration file from .Values.config. */}}

{{- define "sidestream.isDemo" -}}
{{- $c := .Values.config }}
{{- if not (or .Values.existingConfigMap $c.topics $c.connectors (($c.server).upstream) (ne .Values.mode "standalone")) }}yes{{ end }}
{{- end }}

{{/* The names of the admin Service: the admin port answers under no other name. As a YAML list. */}}
{{- define "sidestream.adminHosts" -}}
{{- if and .Values.adminService.enabled (ne .Values.mode "library") }}
{{- $name := printf "%s-admin" (include "sidestream.fullname" .) }}
{{- $in := printf "%s.%s" $name .Release.Namespace }}
{{- toYaml (list $name $in (printf "%s.svc" $in) (printf "%s.svc.cluster.local" $in)) }}
{{- end }}
{{- end }}

{{/* https where the port has TLS: by values.tls, or by keys of config. Arguments: the context, streams or
     admin. */}}
{{- define "sidestream.scheme" -}}
{{- $values := (index . 0).Values }}
{{- $port := index . 1 }}
{{- $key := eq $port "admin" | ternary "admin_tls" "tls" }}
{{- or (get $values.tls $port).secretName (get (default dict $values.config.server) $key) | empty | ternary "http" "https" }}
{{- end }}

{{/* How Prometheus reaches an admin port with TLS. Arguments: the context, tlsConfig. */}}
{{- define "sidestream.scrapeTls" -}}
{{- $context := index . 0 }}
{{- if eq (include "sidestream.scheme" (list $context "admin")) "https" }}
scheme: https
{{- $secret := $context.Values.tls.admin.secretName }}
{{- $own := dict "insecureSkipVerify" true }}
{{- if $secret }}
{{- $name := printf "%s-admin.%s.svc" (include "sidestream.fullname" $context) $context.Release.Namespace }}
{{- $own = dict "serverName" $name "ca" (dict "secret" (dict "name" $secret "key" "ca.crt")) }}
{{- end }}
tlsConfig:
  {{- default $own (index . 1) | toYaml | nindent 2 }}
{{- end }}
{{- end }}

{{/* The keys of a port with values.tls. Arguments: the values of the port, its folder. */}}
{{- define "sidestream.tlsKeys" -}}
{{- $port := index . 0 }}
{{- $folder := printf "/run/tls/%s" (index . 1) }}
certificate: {{ $folder }}/tls.crt
key: {{ $folder }}/tls.key
{{- with $port.clientCaKey }}
client_ca: {{ $folder }}/{{ . }}
{{- end }}
min_version: {{ $port.minVersion | quote }}
{{- end }}

{{- define "sidestream.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $server := default dict $config.server }}
{{- $_ := set $server "listen" (default (printf "[::]:%v" .Values.ports.streams) $server.listen) }}
{{- $_ := set $server "admin" (default (printf "[::]:%v" .Values.ports.admin) $server.admin) }}
{{- range $key, $port := dict "tls" "streams" "admin_tls" "admin" }}
{{- $tls := get $.Values.tls $port }}
{{- if $tls.secretName }}
{{- $_ := set $server $key (include "sidestream.tlsKeys" (list $tls $port) | fromYaml) }}
{{- end }}
{{- end }}
{{- $hosts := concat (include "sidestream.adminHosts" . | fromYamlArray) (default list $server.admin_hosts) }}
{{- if $hosts }}
{{- $_ := set $server "admin_hosts" (uniq $hosts) }}
{{- end }}
{{- $_ := set $config "server" $server }}
{{- if include "sidestream.isDemo" . }}
{{- $_ := set $config "connectors" (dict "demo" (dict "embedded" dict)) }}
{{- $_ := set $config "topics" (dict "hello" (dict "from" "demo" "publish" "local")) }}
{{- end }}
{{- range $key, $section := $config }}
{{- if not $section }}
{{- $_ := unset $config $key }}
{{- end }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* Annotations of a pod. Most settings are reloaded. A change of the others replaces the pods: these
     keys (a test compares them with the program's), and an embedded log. */}}
{{- define "sidestream.podAnnotations" -}}
{{- if not .Values.existingConfigMap }}
{{- $fixed := pick (default dict .Values.config.server) "listen" "admin" "tls" "admin_tls" "threads" "memory" "upstream" }}
{{- range $port, $tls := .Values.tls }}
{{- if $tls.secretName }}
{{- $_ := set $fixed (printf "tls.%s" $port) $tls }}
{{- end }}
{{- end }}
{{- range $name, $connector := .Values.config.connectors }}
{{- if hasKey $connector "embedded" }}
{{- $_ := set $fixed (printf "connectors.%s" $name) $connector }}
{{- end }}
{{- end }}
checksum/needs-restart: {{ toJson $fixed | sha256sum }}
{{- end }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A duration in milliseconds; -1 if only the pod knows it (${NAME}, file:). */}}
{{- define "sidestream.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 }}
{{- $text := toString . }}
{{- if eq $text "0" }}0
{{- else if regexMatch "^[0-9]+(ms|s|m|h|d)$" $text }}
{{- mul (regexFind "^[0-9]+" $text | int64) (get $units (regexFind "[a-z]+$" $text)) }}
{{- else }}-1
{{- end }}
{{- end }}

{{/* Maximum seconds of a drain: drain_delay + drain, rounded up; -1 if unknown. */}}
{{- define "sidestream.drainSeconds" -}}
{{- $server := default dict .Values.config.server }}
{{- $delay := include "sidestream.milliseconds" (hasKey $server "drain_delay" | ternary $server.drain_delay "0s") | int64 }}
{{- $drain := include "sidestream.milliseconds" (hasKey $server "drain" | ternary $server.drain "20s") | int64 }}
{{- if or (lt $delay 0) (lt $drain 0) }}-1{{ else }}{{ div (add $delay $drain 999) 1000 }}{{ end }}
{{- end }}
