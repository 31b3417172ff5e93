"""(f) from Kafka to the socket: one reader from the log's start, and fan-out to 1,000 readers."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time

from harness import machine
from harness.load import Load, must_be_right
from harness.servers import Bare, KafkaSse, Sidestream

SUPPORT = os.path.join(machine.ROOT, "tests", "support", "kafka")


@contextlib.contextmanager
def broker():
    """A broker of our own; gives its address."""
    folder = tempfile.mkdtemp(prefix="sidestream-bench-kafka-")
    port = machine.free_port()
    with open(os.path.join(folder, "out"), "wb") as out:
        process = subprocess.Popen([os.path.join(SUPPORT, "start"), os.path.join(folder, "data"), str(port)],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   env={**os.environ, "SIDESTREAM_KAFKA_HEAP": "512m"})
    try:
        yield "127.0.0.1:%d" % port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def create(bootstrap, topic, partitions):
    subprocess.run([os.path.join(SUPPORT, "create_topics"), bootstrap, str(partitions), topic], check=True)


def publishing(bootstrap, topic, partitions):
    return dict(options="--kind kafka --bootstrap %s --path %s --json" % (bootstrap, topic), connections=partitions)


def kafka(run):
    with broker() as bootstrap:
        efficiency(run, bootstrap)
        one_reader(run, bootstrap)
        fan_out(run, bootstrap)


def efficiency(run, bootstrap):
    """The broker's and the producer's work is not counted."""
    for subscribers, wakes in ((1000, 50), (10000, 5)):
        for per_wake in (1, 10, 100):
            cell = {"subscribers": subscribers, "size": 100, "threads": 1, "per_wake": per_wake}
            run.alternate("kafka efficiency", cell, [Bare, Sidestream],
                          lambda kind: efficiency_of(kind, bootstrap, subscribers, wakes, per_wake), alone=False)


def efficiency_of(kind, bootstrap, subscribers, wakes, per_wake):
    """The events of a wake are produced at once; the bare server gets them as one block."""
    wakes = max(2, wakes // 2) if per_wake == 100 else wakes
    plan, options = dict(size=100, rate=wakes * per_wake, burst=per_wake), {}
    if kind is Sidestream:
        topic = "efficiency-%d" % time.monotonic_ns()
        create(bootstrap, topic, 1)
        options = dict(kafka=bootstrap, topic=topic)
        plan.update(publishing(bootstrap, topic, 1))
    with kind(**options) as server, Load(server, subscribers) as load:
        load.publish(events=2 * per_wake, **plan)
        report = load.publish(events=max(2 * wakes, 6) * per_wake, **plan)
        must_be_right(server, report)
    return {"per_cpu_second": report["events"] / report["cpu_seconds"],
            "events_per_read": report["events"] / report["reads"], "p99_ms": report["p99_ms"]}


def one_reader(run, bootstrap):
    records = 50_000 if run.quick else 1_000_000
    topic = "records"
    create(bootstrap, topic, 1)
    with Sidestream(kafka=bootstrap, topic=topic) as server, Load(server, 1) as load:
        report = load.publish(events=records, size=100, **publishing(bootstrap, topic, 1))
        must_be_right(server, report)
    run.alternate("kafka live", {"readers": 1, "size": 100}, [Sidestream],
                  lambda kind: live_of(kind, bootstrap, records), alone=False)
    kinds = [Sidestream] + ([KafkaSse] if os.path.isdir(os.path.join(machine.NODE_MODULES, "kafka-sse")) else [])
    run.alternate("kafka replay", {"readers": 1, "size": 100}, kinds,
                  lambda kind: replay_of(kind, bootstrap, topic, records), alone=False)


def replay_of(kind, bootstrap, topic, records):
    """KafkaSSE is given a twentieth to read; it is that much slower."""
    with kind(kafka=bootstrap, topic=topic) as server:
        resume = json.dumps([{"topic": topic, "partition": 0, "offset": 0}]) if kind is KafkaSse else None
        path = "/" + topic if kind is KafkaSse else server.path + "?from=earliest"
        wanted = records // 20 if kind is KafkaSse else records
        before = server.cpu()
        with Load(server, 1, path=path, resume=resume) as load:
            report = load.await_events(wanted)
            cpu = server.cpu() - before
        if report["wrong"] or report["events"] < wanted:
            raise RuntimeError("%s lost or repeated records: %s" % (server.name, report))
    return {"records_per_second": report["events"] / report["seconds"],
            "records_per_cpu_second": report["events"] / cpu}


def live_of(kind, bootstrap, records):
    """The broker and its producer work on the same machine meanwhile."""
    topic = "live-%d" % time.monotonic_ns()
    create(bootstrap, topic, 1)
    with kind(kafka=bootstrap, topic=topic) as server, Load(server, 1) as load:
        load.publish(events=10, **publishing(bootstrap, topic, 1))
        report = load.publish(events=records, size=100, **publishing(bootstrap, topic, 1))
        must_be_right(server, report)
    return {"records_per_second": report["events"] / report["seconds"],
            "records_per_cpu_second": report["events"] / report["cpu_seconds"]}


def fan_out(run, bootstrap):
    events = 1000 if run.quick else 10000
    for partitions in (1, 12):
        run.alternate("kafka fan-out", {"readers": 1000, "partitions": partitions, "size": 100}, [Sidestream],
                      lambda kind: fan_out_of(kind, bootstrap, partitions, events), alone=False)


def fan_out_of(kind, bootstrap, partitions, events):
    topic = "fan-out-%d-%d" % (partitions, time.monotonic_ns())
    create(bootstrap, topic, partitions)
    plan = publishing(bootstrap, topic, partitions)
    with kind(kafka=bootstrap, topic=topic) as server, Load(server, 1000) as load:
        load.publish(events=partitions, **plan)
        report = load.publish(events=events, size=100, **plan)
        must_be_right(server, report)
    return {"deliveries_per_second": report["events"] / report["seconds"],
            "per_cpu_second": report["events"] / report["cpu_seconds"]}
