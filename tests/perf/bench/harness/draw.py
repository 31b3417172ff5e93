"""Two pictures for the README: throughput and memory against the number of subscribers."""

import math
import os

from harness import machine

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 120, 60, 48
COLOURS = {"sidestream": "#0b7285", "bare": "#868e96", "nchan": "#e8590c", "node": "#5f3dc4"}
LABELS = {"sidestream": "Sidestream", "bare": "bare epoll server", "nchan": "nginx + nchan", "node": "Node by hand"}
SHOWN = ("curve", "efficiency", "memory")
STYLE = "text { font: 13px system-ui, sans-serif; fill: #343a40 } .title { font-weight: 600; font-size: 15px }"


def sends(figures):
    """Per CPU second; of servers that sent several events at once too, so that being held up is no advantage."""
    return figures["per_cpu_second"] / figures["events_per_read"]


def points(rows, key, value):
    """server -> [(subscribers, value of its figures)], where they have `key`."""
    found = {}
    for row in rows:
        cell = {"size": 100, "threads": 1, "per_wake": 1, **row["cell"]}
        if row["scenario"] not in SHOWN or (cell["size"], cell["threads"], cell["per_wake"]) != (100, 1, 1):
            continue
        for name, figures in row["servers"].items():
            if key in figures:
                found.setdefault(name, []).append((cell["subscribers"], value(figures)))
    return {name: sorted(each) for name, each in found.items()}


def scaled(series, factor):
    return {name: [(x, factor(x, y)) for x, y in each] for name, each in series.items()}


def nice_step(most):
    """A step that divides an axis up to `most` into four to eight."""
    power = 10 ** math.floor(math.log10(most / 4))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * 7 >= most)


def number(value):
    return "{:,.0f}".format(value) if value >= 1 or value == 0 else "%g" % value


class Picture:
    def __init__(self, title, unit, series):
        self.title, self.unit, self.series = title, unit, series
        self.x_most = max(x for each in series.values() for x, _ in each)
        most = max(y for each in series.values() for _, y in each)
        self.step = nice_step(most)
        self.y_most = math.ceil(most / self.step) * self.step
        self.parts = []

    def x(self, value):
        return LEFT + (WIDTH - LEFT - RIGHT) * value / self.x_most

    def y(self, value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.y_most

    def text(self, x, y, text, anchor="start", more=""):
        self.parts.append('<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (x, y, anchor, more, text))

    def axes(self):
        value = 0
        while value <= self.y_most + self.step / 2:
            y = self.y(value)
            self.parts.append('<path d="M%d %.1fH%d" stroke="#dee2e6"/>' % (LEFT, y, WIDTH - RIGHT))
            self.text(LEFT - 8, y + 4, number(value), "end")
            value += self.step
        step = nice_step(self.x_most)
        for i in range(int(self.x_most / step) + 1):
            self.text(self.x(i * step), HEIGHT - BOTTOM + 20, number(i * step), "middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "subscribers", "middle")
        self.text(12, 22, self.title, more=' class="title"')
        self.text(12, 40, self.unit)

    def lines(self):
        labels = sorted(((self.y(each[-1][1]), name) for name, each in self.series.items()))
        below = -math.inf
        for y, name in labels:
            colour, each = COLOURS[name], self.series[name]
            path = " ".join("%.1f,%.1f" % (self.x(a), self.y(b)) for a, b in each)
            dashes = ' stroke-dasharray="5 4"' if name == "bare" else ""
            self.parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5"%s/>'
                              % (path, colour, dashes))
            for a, b in each:
                self.parts.append('<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (self.x(a), self.y(b), colour))
            below = max(y, below + 16)  # labels don't cover each other
            self.text(WIDTH - RIGHT + 10, below + 4, LABELS[name], more=' style="fill:%s"' % colour)

    def svg(self):
        self.axes()
        self.lines()
        return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" '
                'aria-label="%s">\n<style>%s</style>\n<rect width="100%%" height="100%%" fill="#fff"/>\n%s\n</svg>\n'
                % (WIDTH, HEIGHT, WIDTH, HEIGHT, self.title, STYLE, "\n".join(self.parts)))


def draw(rows):
    if not any(row["scenario"] == "curve" for row in rows):
        print("there are no results of the scenario `curve` to draw")
        return 1
    throughput = scaled(points(rows, "per_cpu_second", sends), lambda _, y: y / 1000)
    memory = scaled(points(rows, "bytes", lambda figures: figures["bytes"]), lambda x, y: x * y / 2 ** 20)
    pictures = {
        "bench-throughput.svg": Picture("Throughput: one event of 100 bytes to every subscriber",
                                        "thousand deliveries per CPU second of the server", throughput),
        "bench-memory.svg": Picture("Memory of idle subscribers", "MiB in the server, without the kernel's", memory)}
    for name, picture in pictures.items():
        with open(os.path.join(machine.ROOT, "docs", name), "w") as file:
            file.write(picture.svg())
        print("docs/" + name)
    return 0
