"""The parts of a Grafana dashboard, as little as ours needs. Panels flow from left to right and wrap."""

WIDTH = 24
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, ORANGE, RED = "green", "orange", "red"


def query(expr, legend="", **more):
    return {"expr": expr, "legendFormat": legend or "__auto", **more}


def variable(name, label, metric, **more):
    """Values of the label `name` of a metric, several at a time."""
    values = "label_values(%s, %s)" % (metric, name)
    return {"type": "query", "name": name, "label": label, "datasource": SOURCE, "definition": values,
            "query": {"query": values, "refId": name}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": ".*", "current": {"text": "All", "value": "$__all"}, **more}


def data_source():
    return {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1}


def link(title, url):
    return {"type": "link", "title": title, "url": url, "targetBlank": True, "icon": "doc", "tooltip": "", "tags": [],
            "asDropdown": False, "includeVars": False, "keepTime": False}


def annotation(name, expr, color, text):
    return {"name": name, "datasource": SOURCE, "enable": True, "expr": expr, "iconColor": color, "step": "60s",
            "titleFormat": name, "textFormat": text}


def steps(*colors):
    """steps("green", (1, "red")): green, from 1 on red."""
    first, *others = colors
    return {"mode": "absolute", "steps": [{"color": first, "value": None}] +
            [{"color": color, "value": value} for value, color in others]}


def words(**names):
    """words(up=(1, "green"), down=(0, "red")): what a number is called."""
    return [{"type": "value", "options": {str(value): {"text": text, "color": color, "index": i}}}
            for i, (text, (value, color)) in enumerate(names.items())]


class Dashboard:
    def __init__(self):
        self.panels = []
        self.x = self.y = self.height = 0

    def _wrap(self):
        self.x, self.y, self.height = 0, self.y + self.height, 0

    def row(self, title):
        self._wrap()
        self.panels.append({"type": "row", "id": len(self.panels) + 1, "title": title, "collapsed": False, "panels": [],
                            "gridPos": {"x": 0, "y": self.y, "w": WIDTH, "h": 1}})
        self.y += 1

    def _add(self, kind, title, about, queries, size, defaults, options):
        w, h = size
        if self.x + w > WIDTH:
            self._wrap()
        self.panels.append({
            "type": kind, "id": len(self.panels) + 1, "title": title, "description": about, "datasource": SOURCE,
            "gridPos": {"x": self.x, "y": self.y, "w": w, "h": h},
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options,
            "targets": [{"refId": chr(ord("A") + i), "datasource": SOURCE, **q} for i, q in enumerate(queries)]})
        self.x, self.height = self.x + w, max(self.height, h)

    def number(self, title, about, expr, unit="short", thresholds=None, mappings=(), graph="none", size=(3, 4)):
        self._add("stat", title, about, [query(expr, instant=graph == "none")], size,
                  {"unit": unit, "noValue": "–", "thresholds": thresholds or steps("text"),
                   "mappings": list(mappings)},
                  {"colorMode": "background" if thresholds else "none", "graphMode": graph, "textMode": "value",
                   "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}})

    def graph(self, title, about, *queries, unit="short", stacked=False, size=(8, 8), largest=None):
        custom = {"drawStyle": "line", "showPoints": "never", "fillOpacity": 30 if stacked else 8, "lineWidth": 1,
                  "stacking": {"mode": "normal" if stacked else "none", "group": "A"}}
        self._add("timeseries", title, about, queries, size,
                  {"unit": unit, "min": 0, "custom": custom, **({"max": largest} if largest else {})},
                  {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                   "tooltip": {"mode": "multi", "sort": "desc"}})

    def states(self, title, about, expr, legend, mappings, size=(12, 7)):
        self._add("state-timeline", title, about, [query(expr, legend)], size,
                  {"unit": "none", "mappings": mappings, "custom": {"fillOpacity": 80, "lineWidth": 0}},
                  {"mergeValues": True, "showValue": "never", "rowHeight": 0.8,
                   "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []}})

    def heatmap(self, title, about, expr, unit, size=(8, 8)):
        self._add("heatmap", title, about, [query(expr, "{{le}}", format="heatmap")], size, {"unit": "short"},
                  {"calculate": False, "cellGap": 1, "yAxis": {"unit": unit},
                   "color": {"mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "exponent": 0.5, "steps": 64,
                             "reverse": False},
                   "tooltip": {"mode": "single", "showColorScale": True}, "legend": {"show": False}})
