{{/* Names and labels. */}}

{{/* At most 52 characters, so that every suffix (-admin, -dashboard) fits into 63. A truncated name
     gets a hash of the whole, so that two long releases get different names. */}}
{{- define "sidestream.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := .Values.fullnameOverride }}
{{- if not $full }}
{{- $full = contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- end }}
{{- if gt (len $full) 52 }}
{{- $full = printf "%s-%s" (trunc 43 $full | trimSuffix "-") (sha256sum $full | trunc 8) }}
{{- end }}
{{- $full }}
{{- end }}

{{- define "sidestream.configMapName" -}}
{{ default (include "sidestream.fullname" .) .Values.existingConfigMap }}
{{- end }}

{{- define "sidestream.serviceAccountName" -}}
{{ default (.Values.serviceAccount.create | ternary (include "sidestream.fullname" .) "default") .Values.serviceAccount.name }}
{{- end }}

{{/* Labels that never change during the lifetime of a release. */}}
{{- define "sidestream.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Without the chart's version: a new chart with the same image replaces no pods. */}}
{{- define "sidestream.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: {{ eq .Values.mode "standalone" | ternary "streams" "sidecar" }}
app.kubernetes.io/part-of: sidestream
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sidestream.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "sidestream.selectorLabels" . }}
{{ include "sidestream.commonLabels" . }}
{{- end }}

{{/* Labels of pods with Sidestream, in any chart: the PodMonitor's selector. */}}
{{- define "sidestream.podLabels" -}}
sidestream/name: {{ include "sidestream.fullname" . }}
{{- end }}

{{/* Metadata of an object. Arguments: the context, a suffix for the name, more labels, annotations. */}}
{{- define "sidestream.metadata" -}}
{{- $context := index . 0 }}
metadata:
  name: {{ include "sidestream.fullname" $context }}{{ index . 1 }}
  namespace: {{ $context.Release.Namespace }}
  labels:
    {{- include "sidestream.labels" $context | nindent 4 }}
    {{- with index . 2 }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with index . 3 }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
