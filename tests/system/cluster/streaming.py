"""A native sidecar in front of a real app, from a real Redis and a real Kafka to readers outside of the cluster."""

import charts
import listener
import stage

RECORDS = 200


def delivers_the_records_of_an_app(cluster):
    """The app writes to Redis when it is asked, through the sidecar; to Kafka the sidecar itself writes."""
    cluster.install(charts.BESIDE, charts.beside())
    (address,) = charts.addresses(charts.BESIDE)
    with listener.Listener(address, "/events/orders") as orders, \
            listener.Listener(address, "/events/payments") as payments:
        orders.wait_for("stream-open")
        payments.wait_for("stream-open")
        sent = [str(number) for number in range(RECORDS)]
        for number in sent:
            status, body = stage.request(address, stage.STREAMS, "POST", "/orders", number)
            assert status == 202, "the app: %d %r" % (status, body)
            status, body = stage.request(address, stage.STREAMS, "POST", "/events/payments?key=" + number, number)
            assert status == 201, "publishing: %d %r" % (status, body)
        orders.wait("all orders", lambda: len(orders.data()) >= RECORDS)
        payments.wait("all payments", lambda: len(payments.data()) >= RECORDS)
        assert orders.data() == sent, orders.data()
        assert sorted(payments.data(), key=int) == sent, payments.data()
    with listener.Listener(address, "/events/payments?from=earliest") as again:
        again.wait("all payments again", lambda: len(again.data()) >= RECORDS)
        assert sorted(again.data(), key=int)[:RECORDS] == sent
    return "%d records of Redis and %d of three partitions of Kafka, each once" % (RECORDS, RECORDS)


TESTS = (delivers_the_records_of_an_app,)
