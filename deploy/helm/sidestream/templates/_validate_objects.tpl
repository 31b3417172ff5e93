{{/* Rules about objects of the cluster. Arguments of each: the context, the findings. */}}

{{- define "sidestream.validate.replicas" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- with $values.autoscaling }}
{{- if .enabled }}
{{- if not (kindIs "invalid" $values.replicas) }}
{{- include "sidestream.problem" (list $found (printf "replicas is %v and autoscaling.enabled is true: each upgrade would reset the number of pods. Leave replicas empty and set autoscaling.minReplicas." $values.replicas)) }}
{{- end }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- include "sidestream.problem" (list $found (printf "autoscaling.minReplicas (%v) is above autoscaling.maxReplicas (%v). Raise maxReplicas." .minReplicas .maxReplicas)) }}
{{- end }}
{{- $limit := ($values.config.server).max_connections }}
{{- if and (kindIs "float64" $limit) (gt (int64 .connectionsPerPod) (int64 $limit)) }}
{{- include "sidestream.problem" (list $found (printf "autoscaling.connectionsPerPod (%d) is above config.server.max_connections (%d): pods would be full before another one is added. Lower connectionsPerPod to about half of max_connections." (int64 .connectionsPerPod) (int64 $limit))) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Refuses values that the mode would ignore silently. */}}
{{- define "sidestream.validate.mode" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- $mode := $values.mode }}
{{- if and (eq $mode "sidecar") (not $values.app.containers) }}
{{- include "sidestream.problem" (list $found "mode is sidecar, but app.containers is empty: list the app's containers (with name and image), or set mode to standalone.") }}
{{- end }}
{{- if and (ne $mode "sidecar") $values.app.containers }}
{{- include "sidestream.problem" (list $found (printf "app.containers is for mode sidecar, and mode is %s. Set mode to sidecar, or remove app.containers." $mode)) }}
{{- end }}
{{- if and (ne $mode "standalone") $values.autoscaling.enabled }}
{{- include "sidestream.problem" (list $found (printf "autoscaling.enabled is for mode standalone: in mode %s the app determines the number of pods. Set autoscaling.enabled to false and scale the app; sidestream_connections can be one of its metrics." $mode)) }}
{{- end }}
{{- if and (ne $mode "standalone") $values.metrics.serviceMonitor.enabled }}
{{- include "sidestream.problem" (list $found (printf "metrics.serviceMonitor is for mode standalone: before Kubernetes 1.32 a Service does not see the named ports of a sidecar. In mode %s set metrics.podMonitor.enabled instead." $mode)) }}
{{- end }}
{{- if and (eq $mode "standalone") $values.metrics.podMonitor.enabled }}
{{- include "sidestream.problem" (list $found "metrics.podMonitor is for the modes sidecar and library; with mode standalone set metrics.serviceMonitor.enabled instead; otherwise each pod is scraped twice.") }}
{{- end }}
{{- if and $values.metrics.serviceMonitor.enabled (not $values.adminService.enabled) }}
{{- include "sidestream.problem" (list $found "metrics.serviceMonitor.enabled needs the admin Service, and adminService.enabled is false. Set it to true.") }}
{{- end }}
{{- if eq $mode "library" }}
{{- $useless := dict "replicas" (not (kindIs "invalid" $values.replicas)) "ingress.enabled" $values.ingress.enabled "httpRoute.enabled" $values.httpRoute.enabled "networkPolicy.enabled" $values.networkPolicy.enabled }}
{{- range $key, $set := $useless }}
{{- if $set }}
{{- include "sidestream.problem" (list $found (printf "%s is set, but in mode library the pod and its routes belong to the chart that includes this one. Set it there, or set mode to standalone or sidecar." $key)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sidestream.validate.routes" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) }}
{{- include "sidestream.problem" (list $found "httpRoute.enabled is true, but httpRoute.parentRefs is empty, so no gateway would serve the route. Set it, as in httpRoute.parentRefs: [{name: public, namespace: gateways}].") }}
{{- end }}
{{- if and $values.ingress.enabled (not $values.ingress.hosts) }}
{{- include "sidestream.problem" (list $found "ingress.enabled is true, but ingress.hosts is empty, so the Ingress would have no route. Set ingress.hosts, as in [{host: events.example.com, paths: [/]}].") }}
{{- end }}
{{- end }}

{{- define "sidestream.validate.networkPolicy" -}}
{{- $values := (index . 0).Values }}
{{- $found := index . 1 }}
{{- if $values.networkPolicy.enabled }}
{{- if and (eq $values.mode "sidecar") (not $values.networkPolicy.coversApp) }}
{{- include "sidestream.problem" (list $found "networkPolicy.enabled in mode sidecar: a NetworkPolicy applies to whole pods, so it would restrict the app too. Allow what the app needs in networkPolicy.egress, then set networkPolicy.coversApp to true.") }}
{{- end }}
{{- $remote := list }}
{{- range $name, $connector := $values.config.connectors }}
{{- if not (hasKey $connector "embedded") }}
{{- $remote = append $remote $name }}
{{- end }}
{{- end }}
{{- if and (or $remote $values.existingConfigMap) (not $values.networkPolicy.egress) }}
{{- include "sidestream.problem" (list $found (printf "networkPolicy.enabled is true and networkPolicy.egress is empty: Sidestream could reach only DNS, not its brokers (%s). Allow them, as in networkPolicy.egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kafka}}}], ports: [{port: 9092, protocol: TCP}]}]." (default "of existingConfigMap" (join ", " $remote)))) }}
{{- end }}
{{- end }}
{{- end }}
