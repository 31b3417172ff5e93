"""Every render against the strict schemas of Kubernetes and of the custom resources, offline."""

import os
import tempfile

import tools

# Custom kinds whose definitions no registry has as files.
SKIPPED = "BackendConfig,GCPBackendPolicy,HealthCheckPolicy,ScaledObject"


def kubeconform(folder, kubernetes):
    template = "{{.ResourceKind}}{{.KindSuffix}}.json"
    return tools.run(tools.program("kubeconform"), "-strict", "-summary", "-skip", SKIPPED,
                     "-schema-location", os.path.join(tools.TOOLS, "kubernetes", kubernetes.rsplit(".", 1)[0], template),
                     "-schema-location", os.path.join(tools.TOOLS, "custom", template), folder)


def valid(kubernetes):
    with tempfile.TemporaryDirectory() as folder:
        for chart, name, path in tools.all_cases():
            with open(os.path.join(folder, "%s.%s.yaml" % (chart, name)), "w") as file:
                file.write(tools.render(chart, path, kubernetes=kubernetes))
        done = kubeconform(folder, kubernetes)
        if done.returncode or "Invalid: 0, Errors: 0" not in done.stdout:
            yield done.stdout + done.stderr


# What the check must find: (text in the render, its replacement, case).
FAULTS = (
    ("startupProbe:", "startupProb:", "default"),
    ("minReplicas: 3", 'minReplicas: "3"', "autoscaling"),
    ("podMetricsEndpoints:", "podMetricEndpoints:", "library"),
    ("scrapeTimeout: 10s", "scrapeTimeout: 10 s", "library"),
    ("backendRefs:", "backendRef:", "httproute-gke"),
    ("  namespace: streams\n", "  namespace: streams\n  namespace: other\n", "default"),
)


def finds(wrong, put, name):
    text = tools.render("sidestream", dict(tools.cases())[name])
    if wrong not in text:
        yield "%r is not in the render" % wrong
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "faulty.yaml"), "w") as file:
            file.write(text.replace(wrong, put, 1))
        if not kubeconform(folder, tools.KUBERNETES[0]).returncode:
            yield "%r is accepted" % put


def texts_stay_texts():
    """Parsers of YAML 1.1 (this one) and 1.2 read the same labels and annotations."""
    for chart, name, path in tools.all_cases():
        for document in tools.objects(tools.render(chart, path)):
            metadata = document["metadata"]
            for key, value in {**metadata.get("labels", {}), **(metadata.get("annotations") or {})}.items():
                if not isinstance(value, str):
                    yield "%s %s: %s is %r" % (name, document["kind"], key, value)


def tests():
    for kubernetes in tools.KUBERNETES:
        yield "valid for Kubernetes " + kubernetes, lambda kubernetes=kubernetes: valid(kubernetes)
    for fault in FAULTS:
        yield "valid check finds " + fault[1].strip().split("\n")[-1].strip(), lambda fault=fault: finds(*fault)
    yield "valid texts stay texts", texts_stay_texts
