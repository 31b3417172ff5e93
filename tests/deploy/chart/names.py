"""Names fit into Kubernetes' limits, and two releases live side by side."""

import re

import tools
from routes import matches

LONGEST = "a" * 53  # of a release's name, as Helm has it
SETTINGS = ('mode="standalone"', "replicas=2", 'config={"connectors":{"e":{"kafka":{"bootstrap.servers":"k"}}},"topics":{"t":{"from":"e"}}}',
            'metrics={"serviceMonitor":{"enabled":true},"rules":{"enabled":true},"dashboard":{"enabled":true}}',
            "networkPolicy.enabled=true", 'networkPolicy.egress=[{"to":[]}]', "ingress.enabled=true", 'ingress.hosts=[{"host":"a.example"}]')


def render(release, *settings):
    return tools.objects(tools.render("sidestream", release=release, settings=SETTINGS + settings))


def fit():
    for release, settings in ((LONGEST, ()), ("r", ('fullnameOverride="%s"' % ("b" * 60),)), ("r", ('nameOverride="%s"' % ("c" * 60),))):
        for document in render(release, *settings):
            metadata = document["metadata"]
            if not re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", metadata["name"]):
                yield "%s is called %s" % (document["kind"], metadata["name"])
            labels = list(metadata["labels"].items())
            labels += document.get("spec", {}).get("template", {}).get("metadata", {}).get("labels", {}).items() \
                if document["kind"] == "Deployment" else ()
            for key, value in labels:
                if len(value) > 63 or not re.fullmatch(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?", value):
                    yield "%s %s: label %s is %r" % (document["kind"], metadata["name"], key, value)


def side_by_side():
    """Names that differ in their last letter only, which cutting would make equal."""
    for one, two in (("one", "two"), ("sidestream", "sidestream-2"), (LONGEST, LONGEST[:-1] + "b")):
        first, second = render(one), render(two)
        shared = {(d["kind"], d["metadata"]["name"]) for d in first} & {(d["kind"], d["metadata"]["name"]) for d in second}
        if shared:
            yield "%s and %s share %s" % (one, two, sorted(shared))
        for deployment in [d for d in first if d["kind"] == "Deployment"]:
            pod = deployment["spec"]["template"]["metadata"]["labels"]
            for document in second:
                for selector in selectors(document):
                    if matches(selector, pod):
                        yield "%s of %s takes the pods of %s" % (document["kind"], two, one)


def selectors(document):
    spec = document.get("spec", {})
    for selector in (spec.get("selector"), spec.get("podSelector")):
        if selector:
            yield selector.get("matchLabels", selector)


def stable_selectors():
    """Selectors can't be changed, so nothing that a new version changes may stand in them."""
    for document in render("rel"):
        for selector in selectors(document):
            unstable = set(selector) - {"app.kubernetes.io/name", "app.kubernetes.io/instance", "sidestream/port", "sidestream/name"}
            if unstable:
                yield "%s selects by %s" % (document["kind"], sorted(unstable))


def recommended_labels():
    wanted = {"app.kubernetes.io/" + name for name in ("name", "instance", "version", "managed-by", "component", "part-of")}
    for document in render("rel"):
        if document["kind"] != "Pod" and wanted | {"helm.sh/chart"} > set(document["metadata"]["labels"]):
            yield "%s has only %s" % (document["kind"], sorted(document["metadata"]["labels"]))


def tests():
    for test in (fit, side_by_side, stable_selectors, recommended_labels):
        yield "names: " + test.__name__.replace("_", " "), test
