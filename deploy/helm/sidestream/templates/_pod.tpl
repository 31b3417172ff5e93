{{/* The Deployment's pod, in both modes. */}}
{{- define "sidestream.podSecurityContext" -}}
{{- $restricted := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- mergeOverwrite $restricted .Values.podSecurityContext | toYaml }}
{{- end }}

{{- define "sidestream.pod" -}}
metadata:
  labels:
    {{- include "sidestream.selectorLabels" . | nindent 4 }}
    {{- include "sidestream.commonLabels" . | nindent 4 }}
    {{- include "sidestream.podLabels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with include "sidestream.podAnnotations" . | trim }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "sidestream.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "sidestream.terminationGracePeriodSeconds" . }}
  securityContext:
    {{- include "sidestream.podSecurityContext" . | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if eq .Values.mode "sidecar" }}
  initContainers:
    {{- include "sidestream.initContainer" . | nindent 4 }}
  containers:
    {{- toYaml .Values.app.containers | nindent 4 }}
  {{- else }}
  containers:
    {{- include "sidestream.container" . | nindent 4 }}
  {{- end }}
  volumes:
    {{- include "sidestream.volumes" . | nindent 4 }}
  {{- with include "sidestream.placement" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "sidestream.placement" -}}
{{- if ne .Values.topologySpread "none" }}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $.Values.topologySpread }}
    # Ignores pods of the previous rollout, which would displace the new ones.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "sidestream.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
