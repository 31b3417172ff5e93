{{/* Reports all values that are valid alone and invalid together. Each text names
     the keys, the reason, and what to set. */}}
{{- define "sidestream.validate" -}}
{{- $found := dict "problems" list }}
{{- $arguments := list . $found }}
{{- include "sidestream.validate.config" $arguments }}
{{- include "sidestream.validate.plainSecrets" $arguments }}
{{- include "sidestream.validate.ports" $arguments }}
{{- include "sidestream.validate.tls" $arguments }}
{{- include "sidestream.validate.drain" $arguments }}
{{- include "sidestream.validate.replicas" $arguments }}
{{- include "sidestream.validate.embedded" $arguments }}
{{- include "sidestream.validate.mode" $arguments }}
{{- include "sidestream.validate.routes" $arguments }}
{{- include "sidestream.validate.networkPolicy" $arguments }}
{{- with $found.problems }}
{{- fail (printf "\n\nThese values conflict:\n\n- %s\n" (join "\n\n- " .)) }}
{{- end }}
{{- end }}

{{/* Arguments: the findings, a text. */}}
{{- define "sidestream.problem" -}}
{{- $found := index . 0 }}
{{- $_ := set $found "problems" (append $found.problems (index . 1)) }}
{{- end }}
