"""Apps that say who a reader is: each person reads her own records of one log, until she signs out."""

import json

from loopback import connection_to, wait_for
from pod import post
from sse import Stream


def exchange(pod, method, path, message=None, cookie=""):
    """Status, headers and text of a response of Sidestream."""
    connection = connection_to(pod.front)
    try:
        body = None if message is None else json.dumps(message)
        connection.request(method, path, body, {"Content-Type": "application/json", "Cookie": cookie})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def sign_in(pod, user):
    """The session's cookie."""
    status, headers, text = exchange(pod, "POST", "/login", {"user": user})
    assert status == 204, "%d %s" % (status, text)
    return headers["Set-Cookie"].partition(";")[0]


def inbox(user):
    return "/users/%s/inbox" % user


def open_inbox(pod, user, cookie, last_event_id=""):
    return Stream(pod.front, inbox(user), last_event_id=last_event_id, headers={"Cookie": cookie})


def notify(pod, user, text):
    post(pod.front, "/api/notify", {"to": user, "text": text}, 202)


def texts(stream):
    return [message["text"] for message in stream.messages("notification")]


def expect_end(stream, reason):
    stream.wait_for("stream-shutdown")
    assert stream.messages("stream-shutdown")[0]["reason"] == reason, str(stream.events)
    stream.wait_for_end()


def own_inbox_only(pod):
    """Live, and after a reconnect that replays."""
    alice, bob = sign_in(pod, "alice"), sign_in(pod, "bob")
    with open_inbox(pod, "alice", alice) as first, open_inbox(pod, "bob", bob) as other:
        for user in ("bob", "alice", "bob", "alice"):
            notify(pod, user, "live for " + user)
        first.wait_for("notification", 2)
        other.wait_for("notification", 2)
    for user in ("bob", "alice"):
        notify(pod, user, "missed by " + user)
    with open_inbox(pod, "alice", alice, first.last_event_id) as back:
        back.wait_for("notification")
    assert texts(first) == ["live for alice"] * 2, str(first.events)
    assert texts(other) == ["live for bob"] * 2, str(other.events)
    assert texts(back) == ["missed by alice"], str(back.events)


def signed_out(pod):
    """401 with the body of the app."""
    status, _, text = exchange(pod, "GET", inbox("carol"))
    assert (status, "sign in first" in text) == (401, True), "%d %s" % (status, text)
    status, _, text = exchange(pod, "GET", inbox("carol"), cookie="sid=x; session=x; connect.sid=x; JSESSIONID=x")
    assert (status, "sign in first" in text) == (401, True), "%d %s" % (status, text)


def foreign_inbox(pod):
    dave = sign_in(pod, "dave")
    status, _, text = exchange(pod, "GET", inbox("erin"), cookie=dave)
    assert status == 403, "%d %s" % (status, text)


def log_out_ends_the_stream(pod):
    """Of that session alone, and nothing comes after it."""
    frank, other = sign_in(pod, "frank"), sign_in(pod, "frank")
    with open_inbox(pod, "frank", frank) as stream, open_inbox(pod, "frank", other) as stays:
        stream.wait_for("stream-open")
        status, _, text = exchange(pod, "POST", "/logout", cookie=frank)
        assert status in (200, 204), "%d %s" % (status, text)
        expect_end(stream, "revoked")
        notify(pod, "frank", "after the log-out")
        stays.wait_for("notification")
        assert not stays.ended and not texts(stream), str(stream.events)
    status, _, text = exchange(pod, "GET", inbox("frank"), cookie=frank)
    assert (status, "sign in first" in text) == (401, True), "%d %s" % (status, text)


def app_is_down(pod):
    """An open stream outlasts some questions. What is asked meanwhile can't be decided."""
    gina = sign_in(pod, "gina")
    with open_inbox(pod, "gina", gina) as stream:
        stream.wait_for("stream-open")
        pod.end_app()
        expect_end(stream, "auth_unavailable")
    with open_inbox(pod, "gina", gina) as refused:
        expect_end(refused, "auth_unavailable")
        assert not refused.named("stream-open"), str(refused.events)
        assert 5000 <= refused.events[-1].retry <= 15000, str(refused.events)
    status, headers, _ = exchange(pod, "HEAD", inbox("gina"), cookie=gina)
    assert (status, bool(headers["Retry-After"])) == (503, True), "%d %s" % (status, headers)
    pod.start_app()
    gina = sign_in(pod, "gina")  # Express and Spring Boot forget their sessions
    notify(pod, "gina", "back")
    wait_for(lambda: exchange(pod, "HEAD", inbox("gina"), cookie=gina)[0] == 200, "the app to be asked again")
    with open_inbox(pod, "gina", gina, stream.last_event_id) as back:
        back.wait_for("notification")
        assert texts(back) == ["back"], str(back.events)


# As in before.py; the test that ends the app comes last, alone.
CHECKS = ((own_inbox_only, signed_out, foreign_inbox, log_out_ends_the_stream), (app_is_down,))
