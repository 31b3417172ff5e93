"""What a PromQL expression asks for: metrics, the labels it names, and whether they exist.

No parser of PromQL: promtool and Prometheus check the syntax, this only finds names.
"""

import re

# Labels that Prometheus adds to what it scrapes; namespace only in Kubernetes.
TARGET_LABELS = {"job", "instance", "namespace"}
# Metrics that are Prometheus's own.
PROMETHEUS = {"up": set(), "ALERTS": {"alertname", "alertstate"}}
KEYWORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"}

GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SELECTOR = re.compile(r"(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?\s*(\[[^\]]*\])?\s*(\()?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')


class Selector:
    def __init__(self, name, matchers, is_range):
        self.name, self.is_range = name, is_range
        self.matchers = MATCHER.findall(matchers or "")


def selectors(expression):
    found = []
    for name, matchers, window, call in SELECTOR.findall(GROUPING.sub(" ", expression)):
        if not call and name not in KEYWORDS:
            found.append(Selector(name, matchers, bool(window)))
    return found


def grouping_labels(expression):
    return {label.strip() for labels in GROUPING.findall(expression) for label in labels.split(",") if label.strip()}


class Metrics:
    """What /metrics says: series {name: {label: values}} and their types."""

    def __init__(self, text, recorded):
        self.series = {name: {label: set() for label in labels} for name, labels in {**PROMETHEUS, **recorded}.items()}
        self.types = {}
        for line in text.splitlines():
            declared = re.match(r"# TYPE (\S+) (\S+)", line)
            if declared:
                self.types[declared[1]] = declared[2]
            sample = re.match(r"([a-zA-Z_:][\w:]*)(\{.*\})? ", line)
            if sample:
                labels = self.series.setdefault(sample[1], {})
                for label, _, value in MATCHER.findall(sample[2] or ""):
                    labels.setdefault(label, set()).add(value)

    def is_counter(self, name):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        return self.types.get(name) == "counter" or self.types.get(base) == "histogram"

    def problems(self, expression):
        """Sentences about names in the expression that don't exist."""
        found, known = [], set(TARGET_LABELS)
        for selector in selectors(expression):
            if selector.name not in self.series:
                found.append("there is no metric %s" % selector.name)
                continue
            labels = self.series[selector.name]
            known |= set(labels)
            for label, operator, value in selector.matchers:
                if label not in labels and label not in TARGET_LABELS:
                    found.append("%s has no label %s" % (selector.name, label))
                elif label in labels and labels[label] and operator in ("=", "=~") and "$" not in value:
                    found += ["no %s has %s=%s" % (selector.name, label, one) for one in value.split("|")
                              if not any(re.fullmatch(one, there) for there in labels[label])]
        found += ["no metric of it has the label %s" % label for label in sorted(grouping_labels(expression) - known)]
        return found
