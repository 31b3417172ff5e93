"""Both brokers down for a minute: the pod stays as it is, and its streams go on afterwards."""

import json
import time

import charts
import limits
import listener
import stage

DOWN = 60  # seconds
RECORDS = 20


def connectors(address):
    """Which are up, as /readyz says it, which must be 200."""
    status, body = stage.request(address, stage.ADMIN, "GET", "/readyz")
    assert status == 200, "/readyz: %d %r" % (status, body)
    return {connector["name"]: connector["up"] for connector in json.loads(body)["connectors"]}


def write(cluster, address, first):
    """To both, each number once."""
    numbers = [str(number) for number in range(first, first + RECORDS)]
    cluster.redis.append("orders", *numbers)
    for number in numbers:
        assert stage.request(address, stage.STREAMS, "POST", "/events/payments", number)[0] == 201
    return numbers


def loses_nothing_when_brokers_are_down_for_a_minute(cluster):
    cluster.install(charts.BESIDE, charts.beside())
    (address,) = charts.addresses(charts.BESIDE)
    with listener.Listener(address, "/events/orders") as orders, \
            listener.Listener(address, "/events/payments") as payments:
        orders.wait_for("stream-open")
        payments.wait_for("stream-open")
        sent = write(cluster, address, 0)
        watch, stopped = limits.Watch(charts.BESIDE), time.monotonic()
        cluster.redis.stop()
        cluster.kafka.stop()
        try:
            while time.monotonic() < stopped + DOWN - 1:
                time.sleep(1)
                assert stage.request(address, stage.STREAMS, "GET", "/")[0] == 200, "the app doesn't answer"
            assert connectors(address) == {"cache": False, "events": False}, connectors(address)
        finally:
            cluster.redis.start_again()
            cluster.kafka.start_again()
        up = time.monotonic()
        sent += write(cluster, address, RECORDS)
        for stream in (orders, payments):
            stream.wait("the records of after", lambda: len(stream.data()) >= len(sent))
            assert sorted(stream.data(), key=int) == sent and not stream.ended, (stream.data(), stream.how)
        after = time.monotonic() - up
        watch.stop()
    return "%.0f s without Redis and Kafka: ready in %d looks of %d, no restart; streams went on within %.1f s" % (
        up - stopped, watch.looks, watch.looks, after)


TESTS = (loses_nothing_when_brokers_are_down_for_a_minute,)
