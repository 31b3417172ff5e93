"""Each recipe of docs/access.md does what it promises; the configurations of docs/ are accepted as they are written."""

import contextlib
import json
import os
import re
import shlex
import subprocess
import time

import pytest
import redis_client
from app import App
from loopback import BINARY, LOCAL, connection_to, free_ports, wait_for
from page import ACCESS, REPLIES, check_folder
from sse import Stream
from tokens import SECRET, base64url, make_token


ELSEWHERE = "127.0.0.2"  # not one of `peers:`


def check(text, folder):
    path = os.path.join(folder, "sidestream.yaml")
    with open(path, "w") as file:
        file.write(text)
    done = subprocess.run([BINARY, "--check", "--config", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source, heading", [(source, heading) for source in (ACCESS, REPLIES) for heading in source.headings()],
                         ids=lambda value: value if isinstance(value, str) else value.name)
def test_is_accepted_as_written(source, heading, tmp_path):
    folder = check_folder(str(tmp_path))
    check(source.configuration(heading, folder, *free_ports(2)), folder)


def test_tls_is_accepted_as_written(tmp_path):
    listen, admin = free_ports(2)
    subprocess.run("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout tls.key -out tls.crt",
                   shell=True, cwd=tmp_path, check=True, capture_output=True)
    server = ACCESS.block("TLS", "yaml").replace("/run/tls", str(tmp_path))
    server += '  listen: "127.0.0.1:%d"\n  admin: "127.0.0.1:%d"\n' % (listen, admin)
    topics = "connectors: { local: { embedded: {} } }\ntopics: { clock: { from: local } }\n"
    check(server + topics, str(tmp_path))


def test_all_recipes_are_found():
    assert len(ACCESS.headings()) == 7, ACCESS.headings()
    wanted = {"AI chat", "Job progress", "Export with a download", "Approval that waits for a person"}
    assert wanted <= set(REPLIES.headings()), REPLIES.headings()


def bearer(token):
    return {"Authorization": "Bearer " + token}


def signed(sub, **claims):
    """By the issuer of the recipes with a shared secret."""
    return bearer(make_token(sub, issuer="shop", **claims))


def answer(running, path, headers=None, method="GET", body=None, source=LOCAL):
    connection = connection_to(running.listen)
    connection.source_address = (source, 0)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read(200).decode() if response.status != 200 else ""


def reader(running, path, headers):
    """An open stream, once keys and revocations are read."""
    wait_for(lambda: answer(running, path, headers, "HEAD")[0] == 200, "rights to " + path)
    stream = Stream(running.listen, path, headers=headers)
    stream.wait_for("stream-open")
    return stream


def expect_data(stream, wanted):
    stream.wait_for_data(wanted[-1])
    data = [event.data for event in stream.events if not event.name.startswith("stream-")]
    assert data == wanted, data
    stream.close()


def test_the_session_cookie_of_your_app(run):
    def auth(headers):
        user = (headers["Cookie"] or "").removeprefix("session=of-")
        return (204, {"X-User": user}, "") if user else (401, {}, "who are you?")

    heading = "The session cookie of your app"
    alice = {"Cookie": "session=of-alice"}
    with App({"/auth": auth}) as app:
        running = run(heading, lambda text: text.replace("127.0.0.1:8000", "127.0.0.1:%d" % app.port))
        path = re.search(r"EventSource\('([^']+)'\)", ACCESS.block(heading, "js")).group(1)
        assert answer(running, path) == (401, "who are you?")
        assert answer(running, path, {"Cookie": "session=of-bob"})[0] == 403
        with reader(running, path, alice) as stream:
            redis_client.append(running.url, "notifications", user="bob", data="for bob")
            written = shlex.split(re.search(r"`(XADD [^`]+)`", ACCESS.section(heading)).group(1))
            redis_client.command(running.url, *written)
            expect_data(stream, ['{"text": "Lunch?"}'])
            assert [event.data for event in stream.named("notification")] == ['{"text": "Lunch?"}']


class Provider:
    """An OIDC provider with an RSA key."""

    def __init__(self, folder):
        self.key = os.path.join(folder, "key.pem")
        self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.key)
        modulus = self.openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        self.jwk = {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "e": "AQAB",
                    "n": base64url(bytes.fromhex(modulus))}

    def openssl(self, *arguments, data=None):
        return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout

    def token(self, issuer, audience, **claims):
        now = int(time.time())
        claims = {"iss": issuer, "aud": audience, "sub": "alice", "iat": now, "exp": now + 300, **claims}
        parts = ({"alg": "RS256", "kid": "k1"}, claims)
        text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return text + "." + base64url(self.openssl("dgst", "-sha256", "-sign", self.key, data=text.encode()))


def test_an_oidc_provider(run, tmp_path):
    provider = Provider(str(tmp_path))
    keys = json.dumps({"keys": [provider.jwk]})
    heading = "An OIDC provider (Keycloak, Auth0, and others with a key set)"
    issuer = re.search(r"issuer: (\S+)", ACCESS.recipe(heading)).group(1)
    with App({"/certs": lambda _: (200, {"Content-Type": "application/json"}, keys)}) as app:
        running = run(heading, lambda text: re.sub(r"keys: \S+", "keys: http://127.0.0.1:%d/certs" % app.port, text))
        clerk = provider.token(issuer, ["account", "sidestream"], realm_access={"roles": ["reader", "clerk"]})
        with reader(running, "/events/orders", bearer(clerk)) as stream:
            redis_client.append(running.url, "shop.orders", data="an order")
            expect_data(stream, ["an order"])
        assert answer(running, "/events/orders", bearer(provider.token(issuer, "sidestream")))[0] == 403
        status, text = answer(running, "/events/orders", bearer(provider.token(issuer, "account")))
        assert status == 401 and "audience" in text, text
        status, text = answer(running, "/events/orders", bearer(provider.token(issuer + "/", "sidestream")))
        assert status == 401 and "issuer" in text, text


class Jwt:
    """PyJWT, as far as the page needs it."""

    @staticmethod
    def encode(claims, secret, algorithm):
        from tokens import sign
        return sign(claims, secret, {"alg": algorithm, "typ": "JWT"})


def test_a_service_that_publishes(run):
    heading = "A service that publishes"
    running = run(heading)
    names = {"time": time, "jwt": Jwt, "secret": SECRET}
    exec(ACCESS.block(heading, "python"), names)
    with reader(running, "/events/alerts", bearer(names["token"])) as stream:
        shell = ACCESS.block(heading, "sh").replace("localhost:8080", "localhost:%d" % running.listen)
        shell = shell.replace("curl ", "curl --interface %s " % ELSEWHERE)
        done = subprocess.run(["bash", "-c", shell], env={**os.environ, "TOKEN": names["token"]}, capture_output=True)
        assert b'"id"' in done.stdout, done.stdout
        expect_data(stream, ['{"sku": 7}'])

    def post(headers, source):
        return answer(running, "/events/alerts", headers, "POST", "x", source)[0]

    assert post({}, LOCAL) == 201
    assert post({}, ELSEWHERE) == 401
    assert post(bearer(make_token("orders", issuer="orders-service")), ELSEWHERE) == 201
    assert post(bearer(make_token("billing", issuer="orders-service")), ELSEWHERE) == 403


def for_alice(running, path):
    """Of the records of two people she is sent hers, live and replayed."""
    with reader(running, path, signed("alice")) as stream:
        for key, data in (("bob", "1"), ("alice", "2"), ("bob", "3"), ("alice", "4")):
            redis_client.append(running.url, "notifications", key=key, data=data)
        expect_data(stream, ["2", "4"])
    expect_data(reader(running, path + "?from=earliest", signed("alice")), ["2", "4"])


def test_an_inbox_for_each(run):
    running = run("One topic for everybody, an inbox for each")
    for_alice(running, "/users/alice/inbox")
    assert answer(running, "/users/bob/inbox", signed("alice"))[0] == 403
    assert answer(running, "/users/alice/inbox")[0] == 401


def test_an_inbox_without_a_name_in_its_path(run):
    heading = "One topic for everybody, an inbox for each"
    rule, only = re.search(r"`(read: signed_in)` and `(only: [^`]+)`", ACCESS.section(heading)).groups()

    def change(text):
        text = re.sub(r"^    path: .*\n", "", text, flags=re.M)
        return re.sub(r"    only: .*", "    " + only, re.sub(r"    read: .*", "    " + rule, text))

    for_alice(run(heading, change), "/events/inbox")


def test_a_feed_of_several_tenants(run):
    running = run("A feed of several tenants")

    def publish(tenant, region):
        data = json.dumps({"region": region, "of": tenant})
        redis_client.append(running.url, "feed", tenant=tenant, data=data)
        return data

    query = re.search(r"(/events/feed\?\S+)", ACCESS.recipe("A feed of several tenants")).group(1)
    assert answer(running, "/events/feed", signed("alice"))[0] == 403
    with reader(running, "/events/feed", signed("alice", tenant="red")) as red, \
            reader(running, query, signed("bob", tenant="blue")) as blue:
        publish("green", "eu")
        wanted = [publish("blue", "eu")]
        publish("blue", "asia")
        mine = [publish("red", "asia"), publish("red", "eu")]
        wanted.append(publish("blue", "us"))
        expect_data(red, mine)
        expect_data(blue, wanted)


def test_log_out_everywhere(run):
    heading = "Log out everywhere"
    running = run(heading)
    shell = ACCESS.block(heading, "sh").replace("localhost:9090", "localhost:%d" % running.admin)
    alice, bob = signed("alice"), signed("bob", sid="s-1")
    with reader(running, "/events/orders", alice) as hers, reader(running, "/events/orders", bob) as his:
        done = subprocess.run(["bash", "-ec", shell.replace("curl ", "curl -sf ")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        hers.wait_for("stream-shutdown")
        assert hers.messages("stream-shutdown") == [{"reason": "revoked"}], hers.events
        redis_client.append(running.url, "shop.orders", data="an order")
        expect_data(his, ["an order"])  # the second revocation is older than his token
    status, text = answer(running, "/events/orders", alice)
    assert status == 401 and "revoked" in text, text
