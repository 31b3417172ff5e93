{{/* The container of all modes, and its requirements on the pod. A chart with this one as a dependency
     includes them with the context of the dependency:

       initContainers:
         {{- include "sidestream.initContainer" .Subcharts.sidestream | nindent 8 }}    native sidecar
       containers:
         {{- include "sidestream.container" .Subcharts.sidestream | nindent 8 }}        or classic sidecar
       volumes:
         {{- include "sidestream.volumes" .Subcharts.sidestream | nindent 8 }}

     Each gives a list, to which yours can be added. */}}

{{- define "sidestream.image" -}}
{{- with .Values.image }}
{{- .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{/* Arguments: the probe's values, the path, the context. */}}
{{- define "sidestream.probe" -}}
httpGet:
  path: {{ index . 1 }}
  port: {{ (index . 2).Values.ports.admin }}
{{- if eq (include "sidestream.scheme" (list (index . 2) "admin")) "https" }}
  # The kubelet verifies no certificate.
  scheme: HTTPS
{{- end }}
{{- with index . 0 }}
periodSeconds: {{ .periodSeconds }}
timeoutSeconds: {{ .timeoutSeconds }}
failureThreshold: {{ .failureThreshold }}
{{- end }}
{{- end }}

{{/* Requests or limits, without the empty ones. */}}
{{- define "sidestream.quantities" -}}
{{- $there := dict }}
{{- range $name, $quantity := . }}
{{- if $quantity }}
{{- $_ := set $there $name (toString $quantity) }}
{{- end }}
{{- end }}
{{- with $there }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{- define "sidestream.securityContext" -}}
{{- $restricted := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "readOnlyRootFilesystem" true
  "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL"))
  "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- mergeOverwrite $restricted .Values.securityContext | toYaml }}
{{- end }}

{{- define "sidestream.container" -}}
- name: sidestream
  image: {{ include "sidestream.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args:
    - --config
    - /etc/sidestream/sidestream.yaml
    - --log-level
    - {{ .Values.logLevel }}
    - --log-format
    - {{ .Values.logFormat }}
  {{- with .Values.env }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - name: streams
      containerPort: {{ .Values.ports.streams }}
      protocol: TCP
    - name: admin
      containerPort: {{ .Values.ports.admin }}
      protocol: TCP
  startupProbe:
    {{- include "sidestream.probe" (list .Values.probes.startup "/livez" .) | nindent 4 }}
  livenessProbe:
    {{- include "sidestream.probe" (list .Values.probes.liveness "/livez" .) | nindent 4 }}
  readinessProbe:
    {{- include "sidestream.probe" (list .Values.probes.readiness "/readyz" .) | nindent 4 }}
  lifecycle:
    # Starts the drain and returns at once. SIGTERM continues it; in sidecar mode it arrives after the
    # app has exited.
    preStop:
      exec:
        command: [/sidestream, --drain, --config, /etc/sidestream/sidestream.yaml]
  resources:
    {{- range $kind := list "requests" "limits" }}
    {{- with include "sidestream.quantities" (get $.Values.resources $kind) }}
    {{ $kind }}:
      {{- . | nindent 6 }}
    {{- end }}
    {{- end }}
  securityContext:
    {{- include "sidestream.securityContext" . | nindent 4 }}
  volumeMounts:
    # The folder, not the file: a subPath mount never receives changes of the ConfigMap.
    - name: sidestream-config
      mountPath: /etc/sidestream
      readOnly: true
    {{- range .Values.secrets }}
    - name: {{ include "sidestream.secretVolume" . }}
      mountPath: /run/secrets/sidestream/{{ .name }}
      readOnly: true
    {{- end }}
    {{- range $port, $tls := .Values.tls }}
    {{- if $tls.secretName }}
    - name: sidestream-tls-{{ $port }}
      mountPath: /run/tls/{{ $port }}
      readOnly: true
    {{- end }}
    {{- end }}
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* The same container as a native sidecar: it starts before the app and exits after it. */}}
{{- define "sidestream.initContainer" -}}
{{- if semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version }}
{{- fail (printf "\n\nSidestream as a native sidecar (an init container with restartPolicy: Always) needs Kubernetes 1.29; this is %s. Include \"sidestream.container\" among the containers instead of \"sidestream.initContainer\"." .Capabilities.KubeVersion.Version) }}
{{- end }}
{{- include "sidestream.container" . }}
  restartPolicy: Always
{{- end }}

{{/* Volume names are limited to 63 characters without dots; names of Secrets are not. */}}
{{- define "sidestream.secretVolume" -}}
sidestream-{{ regexMatch "^[a-z0-9-]{1,50}$" .name | ternary .name (sha256sum .name | trunc 16) }}
{{- end }}

{{- define "sidestream.volumes" -}}
- name: sidestream-config
  configMap:
    name: {{ include "sidestream.configMapName" . }}
{{- range .Values.secrets }}
- name: {{ include "sidestream.secretVolume" . }}
  secret:
    secretName: {{ .name }}
    {{- with .items }}
    items:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if .optional }}
    optional: true
    {{- end }}
{{- end }}
{{- range $port, $tls := .Values.tls }}
{{- if $tls.secretName }}
- name: sidestream-tls-{{ $port }}
  secret:
    secretName: {{ $tls.secretName }}
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sidestream.terminationGracePeriodSeconds" -}}
{{ .Values.terminationGracePeriodSeconds }}
{{- end }}
