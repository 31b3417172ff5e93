"""Attacks on memory: seeks, bodies, heads, logs of templates, logs in memory."""

import os
import resource
import time

import pytest

from attackers import connect, fill, hold, post, visit
from attack_run import run_attack
from target import MIB, Target
from loopback import request, wait_for


def test_memory_limited_group():
    with Target() as target:
        if not target.group:
            pytest.skip("no permission to create a memory control group: memory is only sampled")
        with open("/proc/%d/cgroup" % target.process.pid, encoding="ascii") as file:
            assert os.path.basename(target.group) in file.read()


def tail(port):
    return visit(port, lambda _: "/events/big?tail=100000")


def test_tail_of_an_embedded_log():
    with Target("  big: { from: local, publish: true }") as target:
        fill(target.port, "/events/big", b"123456789", 80000)
        run_attack(target, tail, target.port)


def test_tail_of_a_redis_stream(redis):
    redis.fill("big", 200000, 100)
    with Target("  big: { from: redis, stream: big }", redis=redis, honest="redis") as target:
        run_attack(target, tail, target.port)


def test_tail_of_a_kafka_topic(kafka):
    kafka.create_topics("big", "honest", "other")
    with Target("  big: { from: kafka, topic: big, publish: true }", kafka=kafka, honest="kafka") as target:
        fill(target.port, "/events/big", b"123456789", 40000)
        run_attack(target, tail, target.port)


def bodies(port, count):
    """Each has all but its last bytes."""
    head = b"POST /events/big HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n"
    return hold(port, count, head + b"z" * 1048500)


def test_unfinished_bodies(redis):
    with Target("  big: { from: local, publish: true }", redis=redis, honest="redis") as target:
        run_attack(target, bodies, target.port, 300)


def test_unfinished_bodies_leave_room_for_others(redis):
    with Target("  big: { from: local, publish: true }", redis=redis, honest="redis") as target:
        publish = b"POST /events/big HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
        run_attack(target, bodies, target.port, 100, probe=(publish, b" 201 "))


def heads(port, count):
    """Each is the second of its connection and has no end."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    head = (b"GET /x HTTP/1.1\r\nHost: h\r\n" + b"a: bbbbbbbbbbbbbbbbbbbb\r\n" * 3000)[:65000]
    return hold(port, count, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n" + head)


def test_unfinished_heads():
    with Target() as target:
        run_attack(target, heads, target.port, 2000)


def open_logs(target, topic):
    text = request(target.admin, "GET", "/metrics")[1]
    name = 'sidestream_open_logs{topic="%s"} ' % topic
    return next(int(line[len(name):]) for line in text.splitlines() if line.startswith(name))


def names(port, path):
    return visit(port, lambda number: path % number)


def test_logs_of_a_redis_template(redis):
    redis.command("CONFIG", "SET", "slowlog-log-slower-than", 20000)
    redis.command("SLOWLOG", "RESET")
    topic = "  chat: { path: '/chat/{s}', from: redis, stream: 'chat:{s}' }"
    with Target(topic, redis=redis, honest="redis") as target:
        run_attack(target, names, target.port, "/chat/s%d")
        assert redis.command("SLOWLOG", "LEN") == b"0", "Redis was blocked for more than 20 ms"
        wait_for_closed_logs(target, "chat")


def test_logs_of_an_embedded_template():
    with Target("  chat: { path: '/chat/{s}', from: local, stream: 'chat:{s}' }") as target:
        run_attack(target, names, target.port, "/chat/s%d")
        wait_for_closed_logs(target, "chat")


def wait_for_closed_logs(target, topic):
    try:
        wait_for(lambda: open_logs(target, topic) < 100, "unused logs to close", 12)
    except TimeoutError:
        raise AssertionError("%d logs without readers are open" % open_logs(target, topic)) from None


def test_logs_of_a_kafka_template(kafka):
    kafka.create_topics("honest", "other")
    topic = "  orders: { path: '/orders/{s}', from: kafka, topic: 'orders.{s}', linger: 0s }"
    with Target(topic, kafka=kafka, honest="kafka") as target:
        run_attack(target, names, target.port, "/orders/n%d")
        report = request(target.admin, "GET", "/readyz")[1]
        assert len(report) < 4096, "/readyz lists the names of clients: %d bytes" % len(report)


def publish_much(port):
    post(port, "/events/big", b"x" * 1000000, 240)


def test_a_large_log_in_memory():
    with Target("  big: { from: local, publish: true }") as target:
        run_attack(target, publish_much, target.port)


def publish_to_many(port):
    for number in range(5000):
        post(port, "/rooms/s%d" % number, b"x" * 60000, 1)


def test_many_logs_in_memory():
    topics = "  rooms: { path: '/rooms/{s}', from: local, stream: 'room:{s}', publish: true }"
    with Target(topics, retention="64KiB") as target:
        run_attack(target, publish_to_many, target.port)


def test_starts_do_not_read_large_entries(redis):
    redis.command("DEL", "other")
    for _ in range(3):
        redis.command("XADD", "other", "*", "data", b"v" * MIB)
    with Target(redis=redis, honest="redis") as target:
        reader = connect(target.port, b"GET /events/other HTTP/1.0\r\n\r\n")
        before = redis.info("stats", "total_net_output_bytes")
        visit(target.port, lambda _: "/events/other", count=300)
        time.sleep(1)
        sent = redis.info("stats", "total_net_output_bytes") - before
        reader.close()
        redis.command("DEL", "other")
        assert sent < 300 * 16 * 1024, "Redis sent %d MiB for 300 starts" % (sent // MIB)
