"""JSON Web Tokens as an issuer signs them with a shared secret (HS256). Standard library only."""

import base64
import hashlib
import hmac
import json
import time

SECRET = "0123456789abcdef0123456789abcdef"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims, secret=SECRET, header=None):
    """Of exactly these claims."""
    parts = (header or {"alg": "HS256", "typ": "JWT"}, claims)
    text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return text + "." + base64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def make_token(sub, seconds=600, issuer="tests", secret=SECRET, **claims):
    now = int(time.time())
    return sign({"iss": issuer, "aud": "sidestream", "sub": sub, "iat": now, "exp": now + seconds, **claims}, secret)
