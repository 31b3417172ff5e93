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

{{- define "sidestream.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $server := default dict $config.server }}
{{- $_ := set $server "listen" (default (printf "[::]:%v" .Values.ports.streams) $server.listen) }}
{{- $_ := set $server "admin" (default (printf "[::]:%v" .Values.ports.admin) $server.admin) }}
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
{{- $fixed := pick (default dict .Values.config.server) "listen" "admin" "threads" "memory" "upstream" }}
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
