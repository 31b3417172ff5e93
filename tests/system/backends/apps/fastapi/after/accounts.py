"""Sessions of Starlette, signed cookies, and the endpoint that Sidestream asks about each reader."""

import json
import os
import uuid

import redis.asyncio as redis
from fastapi import APIRouter, Depends, HTTPException, Request

router = APIRouter()
cache = redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


async def current_user(request: Request) -> str:
    # The cookie holds the session itself, and a copy of it outlives the log-out. The login in Redis does not.
    user = await cache.get("login:" + request.session.get("login", ""))
    if not user:
        raise HTTPException(401, "sign in first")
    return user


@router.post("/login", status_code=204)
async def login(person: dict, request: Request):  # a real one asks for a password
    request.session["login"] = uuid.uuid4().hex
    await cache.set("login:" + request.session["login"], person["user"], ex=86400)


@router.post("/logout", status_code=204)
async def logout(request: Request):
    await cache.delete("login:" + request.session.get("login", ""))
    request.session.clear()


@router.get("/auth")
def auth(user: str = Depends(current_user)):
    return {"sub": user}


@router.post("/api/notify", status_code=202)
async def notify(message: dict):
    record = {"key": message["to"], "event": "notification", "data": json.dumps(message)}
    await cache.xadd("inbox", record, maxlen=10_000)
    return {"written": True}
