"""No secret reaches a ConfigMap, arguments or notes, and no refusal repeats one."""

import json

import tools

MARKER = "m4rk3r-s3cr3t"
# librdkafka's properties that hold a secret, and the other ways in.
KAFKA = ("sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password", "sasl.oauthbearer.client.secret",
         "sasl.oauthbearer.config")
PLAIN = [("kafka " + name, {"connectors": {"events": {"kafka": {"bootstrap.servers": "k:9092", name: MARKER}}}})
         for name in KAFKA]
PLAIN += [("redis " + name, {"connectors": {"events": {"redis": settings}}}) for name, settings in (
    ("password", {"url": "redis://r", "password": MARKER}),
    ("url", {"url": "rediss://me:%s@r:6380/0" % MARKER}))]


def refused(config):
    config = {**config, "topics": {"orders": {"from": "events"}}}
    for helm in tools.HELMS:
        try:
            tools.render("sidestream", helm=helm, settings=("config=" + json.dumps(config),))
            yield helm + " renders it"
        except tools.Refused as refusal:
            if MARKER in str(refusal):
                yield "%s repeats the secret: %s" % (helm, refusal)
            if "would be in a ConfigMap" not in str(refusal):
                yield "%s refuses for another reason: %s" % (helm, refusal)


def by_reference(value):
    """The same secrets as a file or a variable are welcome, and are still references in the render."""
    kafka = {"bootstrap.servers": "k:9092", **{name: value for name in KAFKA}}
    config = {"connectors": {"events": {"kafka": kafka}, "cache": {"redis": {"url": "redis://r", "password": value}}},
              "topics": {"orders": {"from": "events", "topic": "orders"}}}
    text = tools.render("sidestream", settings=("config=" + json.dumps(config),))
    if text.count(value) != len(KAFKA) + 1:
        yield "%d of %d references are rendered" % (text.count(value), len(KAFKA) + 1)


def no_secret_is_made():
    for chart, name, path in tools.all_cases():
        for document in tools.objects(tools.render(chart, path)):
            if document["kind"] == "Secret":
                yield name + " renders a Secret"


def tests():
    for name, config in PLAIN:
        yield "secret in plain text: " + name, lambda config=config: refused(config)
    for value in ("file:/run/secrets/sidestream/kafka/password", "${KAFKA_PASSWORD}"):
        yield "secret as " + value, lambda value=value: by_reference(value)
    yield "secret objects are never made", no_secret_is_made
