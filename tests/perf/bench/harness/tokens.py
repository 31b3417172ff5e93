"""A storm of clients that resume with a token each: known tokens cost a look-up, and no signature."""

import os
import subprocess
import tempfile

from harness import machine
from harness.load import Load, must_be_right
from harness.servers import Sidestream

BEHIND = 100


class With(Sidestream):
    name = "with"
    access = """
access:
  tokens: [ { issuer: bench, audience: bench, keys: "file:%s" } ]
"""
    rule = ", read: signed_in"


class Without(Sidestream):
    name = "without"


def tokens(run):
    clients = 1000 if run.quick else 10000
    with tempfile.TemporaryDirectory(prefix="sidestream-bench-") as folder:
        key = os.path.join(folder, "key.pem")
        signed = os.path.join(folder, "tokens")
        with open(signed, "w") as file:
            subprocess.run([machine.TOKENS, key, str(clients)], stdout=file, check=True)
        run.alternate("tokens", {"clients": clients, "behind": BEHIND}, [Without, With],
                      lambda kind: storm_of(kind, clients, key, signed))


def storm_of(kind, clients, key, signed):
    options, sent = {}, None
    if kind is With:
        sent = signed
        options = {"access": With.access % key, "publish": "publish: anyone", "more": With.rule}
    with kind(**options) as server:
        with Load(server, 1, tokens=sent) as first:
            resume = first.publish(events=1)["last_id"]
            with Load(server, clients, tokens=sent) as before:  # verifies the tokens
                first_seconds = before.opened["seconds"]
            must_be_right(server, first.publish(events=BEHIND, rate=1000))
            cpu = server.cpu()
            with Load(server, clients, resume=resume, wait=False, tokens=sent) as load:
                opened = load.read()
                report = load.await_events(BEHIND)
                must_be_right(server, report)
            return {"seconds": (report["last_ns"] - opened["start_ns"]) / 1e9, "cpu_seconds": server.cpu() - cpu,
                    "first_seconds": first_seconds}
