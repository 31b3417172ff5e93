"""The table: each bar with its figure, as ratios to the other servers of the same rounds."""

from harness.results import short


def ratio(servers, key, other, mine="sidestream"):
    if mine not in servers or other not in servers:
        return None
    return servers[mine][key] / servers[other][key]


def lines(rows):
    for row in rows:
        yield from LINES.get(row["scenario"], lambda row: [])(row)


def cell_text(row):
    return ", ".join("%s %s" % (short(value), key.replace("_", " ")) for key, value in row["cell"].items())


def against_bare(row):
    """Whoever happens to send more events at once looks cheaper than it is: then the ratio proves nothing."""
    s = row["servers"]
    value = ratio(s, "per_cpu_second", "bare")
    if value is None:
        return
    together = ratio(s, "events_per_read", "bare")
    if 0.9 <= together <= 1.1:
        yield row, "deliveries per CPU second / bare", value, ">= 0.9"
    else:
        yield row, "... / bare, with %.2f x its events a wake" % together, value, ""


def efficiency(row):
    s = row["servers"]
    yield from against_bare(row)
    alike = "nchan" in s and 0.9 <= ratio(s, "events_per_read", "nchan") <= 1.1
    bar = ">= 1.4" if row["cell"]["size"] == 100 and alike else ""
    yield row, "deliveries per CPU second / nchan", ratio(s, "per_cpu_second", "nchan"), bar
    yield row, "deliveries per CPU second / node", ratio(s, "per_cpu_second", "node"), ""


def publishing(row):
    for name, s in row["servers"].items():
        yield row, name + ": microseconds of CPU per event", s["us_per_event"], ""


def memory(row):
    s = row["servers"]
    yield row, "bytes per idle subscriber", s["sidestream"]["bytes"], "<= 1024"
    for other in ("nchan", "node"):
        if other in s:
            yield row, "the same of " + other, s[other]["bytes"], ""


def latency(row):
    s = row["servers"]
    yield row, "p99 / nchan's", ratio(s, "p99_ms", "nchan"), "<= 0.85"
    yield row, "p99 / bare's", ratio(s, "p99_ms", "bare"), "<= 1.15"
    yield row, "p99 / node's", ratio(s, "p99_ms", "node"), ""


def many(row):
    s = row["servers"]["sidestream"]
    yield row, "subscribers that received all", s["received"] / 10, ">= %d" % row["cell"]["subscribers"]
    yield row, "descriptors per subscriber", s["files_per_subscriber"], ""
    yield row, "threads", s["threads"], ""


def filtered(row):
    few, many = row["servers"]["few"], row["servers"]["many"]
    yield row, "CPU of a record, many readers / few", many["cpu_us"] / few["cpu_us"], "<= 1.25"
    yield row, "bytes per idle reader", many["bytes"], "<= 1280"


def flood(row):
    for name, s in row["servers"].items():
        bar = ">= 4.9e6" if name == "sidestream" else ""
        yield row, name + ": deliveries per second", s["deliveries_per_second"], bar
    s = row["servers"]["sidestream"]
    yield row, "lost", s["lost"], "<= 0"
    yield row, "p99 in ms", s["p99_ms"], ""


def scrape(row):
    s = row["servers"]["sidestream"]
    for page in ("metrics", "topics"):
        yield row, "/%s in ms, the slowest" % page, s[page + "_max_ms"], "<= 50"
    yield row, "p99 of deliveries meanwhile / without scrapes", s["p99_ms"] / s["p99_ms_without"], ""


def replies(row):
    s = row["servers"]["sidestream"]
    yield row, "p99 from XADD to the socket, in ms", s["p99_ms"], "<= 50"
    yield row, "bytes per open reply above an idle reader", s["bytes"] - s["idle_bytes"], "<= 4096"
    yield row, "the same when opened, without new pieces", s["opened_bytes"] - s["idle_bytes"], ""
    yield row, "of one core, in Redis", s["redis_cpu_share"], ""


def ended(row):
    s = row["servers"]["sidestream"]
    yield row, "204s per CPU second", s["per_cpu_second"], ">= 20000"
    yield row, "204s per second", s["per_second"], ""
    yield row, "reads of Redis, of a log within a minute", s["reads_per_log"], "<= 1"


def storm(row):
    yield row, "seconds until all have caught up", row["servers"]["sidestream"]["seconds"], "<= 2"
    if "nchan" in row["servers"]:
        yield row, "the same of nchan", row["servers"]["nchan"]["seconds"], ""


def tokens(row):
    s = row["servers"]
    yield row, "seconds of the storm, with tokens / without", ratio(s, "seconds", "without", "with"), "<= 1.25"
    yield row, "CPU of it, with tokens / without", ratio(s, "cpu_seconds", "without", "with"), ""
    yield row, "seconds of the first connects, with tokens / without", ratio(s, "first_seconds", "without", "with"), ""


def tls(row):
    s = row["servers"]
    yield row, "deliveries per CPU second / nchan", ratio(s, "per_cpu_second", "nchan"), ">= 1.2"
    yield row, "events a read / nchan's", ratio(s, "events_per_read", "nchan"), ""


def tls_memory(row):
    s = row["servers"]
    yield row, "bytes per idle subscriber", s["sidestream"]["bytes"], "<= 12288"
    if "nchan" in s:
        yield row, "the same of nchan", s["nchan"]["bytes"], ""


def kafka(row):
    for name, s in row["servers"].items():
        yield row, name + ": records per second", s["records_per_second"], ">= 300000" if name == "sidestream" else ""


def fan_out(row):
    s = row["servers"]["sidestream"]
    yield row, "deliveries per second", s["deliveries_per_second"], ""
    yield row, "deliveries per CPU second", s["per_cpu_second"], ""


def proxy(row):
    s = row["servers"]
    for other in ("nginx", "haproxy"):
        yield row, "requests per CPU second / " + other, ratio(s, "per_cpu_second", other), ">= 0.9" if other == "nginx" else ""
    for other in ("nginx", "haproxy"):
        yield row, "p99 / %s's" % other, ratio(s, "p99_ms", other), ""


def proxy_tunnels(row):
    for name, s in row["servers"].items():
        yield row, name + ": bytes per idle tunnel", s["bytes"], "<= 16384" if name == "sidestream" else ""


def proxy_streams(row):
    s = row["servers"]["sidestream"]
    yield row, "p99 in ms without requests", s["p99_alone_ms"], ""
    yield row, "p99 with requests / without", s["p99_busy_ms"] / s["p99_alone_ms"], "<= 1.5"
    yield row, "p99 with requests / by another process", s["p99_busy_ms"] / s["p99_other_ms"], ""


LINES = {"efficiency": efficiency, "publishing": publishing, "memory": memory, "latency": latency, "many": many,
         "filtered": filtered, "flood": flood, "storm": storm, "tokens": tokens, "tls": tls, "tls memory": tls_memory, "kafka efficiency": against_bare, "kafka live": kafka,
         "kafka replay": kafka, "kafka fan-out": fan_out, "proxy": proxy, "proxy tunnels": proxy_tunnels,
         "proxy streams": proxy_streams, "scrape": scrape, "replies": replies, "ended": ended}


def partitions_ratio(rows):
    """Fan-out of 12 partitions against one."""
    found = {row["cell"]["partitions"]: row for row in rows if row["scenario"] == "kafka fan-out"}
    if len(found) == 2 and all("sidestream" in row["servers"] for row in found.values()):
        speed = {n: row["servers"]["sidestream"]["deliveries_per_second"] for n, row in found.items()}
        yield found[12], "12 partitions / 1", speed[12] / speed[1], ">= 0.5"


def met(value, bar):
    if not bar:
        return ""
    sign, limit = bar.split()
    good = value >= float(limit) if sign == ">=" else value <= float(limit)
    return "met" if good else "NOT MET"


def show(rows):
    before = None
    for row, what, value, bar in [*lines(rows), *partitions_ratio(rows)]:
        if value is None:
            continue
        here = (row["scenario"], cell_text(row))
        if here != before:
            runs = "median of %d runs" % row["rounds"] if row["rounds"] > 1 else "one run"
            print("\n%s: %s (%s)" % (*here, runs))
        before = here
        print("  %-38s %12s   %-11s %s" % (what, short(float(value)), bar, met(value, bar)))
