"""Freed of streams: what browsers shall see is written to Redis, and Sidestream serves it."""

import asyncio
import json
import os
import uuid

import accounts
import redis.asyncio as redis
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

WORDS = ("Each word of this answer is sent as soon as it is known, "
         "so that a reader can begin long before the end.").split()

app = FastAPI()
cache = redis.from_url(os.environ["REDIS_URL"])
tasks: set[asyncio.Task] = set()

app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_SECRET"])
app.include_router(accounts.router)


@app.get("/healthz")
def healthz():
    return {"ok": True}


@app.post("/api/send-message", status_code=202)
async def send_message(message: dict):
    record = {"event": "notification", "data": json.dumps(message)}
    await cache.xadd("notifications", record, maxlen=10_000)
    return {"written": True}


@app.post("/api/answer", status_code=202)
async def answer(question: dict):
    name = uuid.uuid4().hex
    task = asyncio.create_task(write_answer("answers:" + name))
    tasks.add(task)  # the event loop alone would not keep it
    task.add_done_callback(tasks.discard)
    return {"stream": "/answers/" + name}


async def write_answer(stream: str):
    for word in WORDS:
        await cache.xadd(stream, {"event": "word", "data": word})
        await asyncio.sleep(0.05)
    await cache.xadd(stream, {"event": "end", "data": ""})
    await cache.expire(stream, 3600)
