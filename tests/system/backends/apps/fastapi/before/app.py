"""Streams by itself: each stream is a connection of this process, and what is sent while a browser is away is lost."""

import asyncio
import json

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

WORDS = ("Each word of this answer is sent as soon as it is known, "
         "so that a reader can begin long before the end.").split()

app = FastAPI()
readers: set[asyncio.Queue] = set()


def event(name: str, data) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


@app.get("/healthz")
def healthz():
    return {"ok": True}


@app.get("/api/stream")
async def stream():
    async def steps():
        for step in range(1, 9):
            yield event("progress", {"step": step, "of": 8})
            await asyncio.sleep(0.05)
        yield event("end", {})

    return StreamingResponse(steps(), media_type="text/event-stream")


@app.post("/api/answer")
async def answer(question: dict):
    async def words():
        for word in WORDS:
            yield word + " "
            await asyncio.sleep(0.05)

    return StreamingResponse(words(), media_type="text/plain")


@app.get("/api/notifications")
async def notifications():
    async def messages():
        queue = asyncio.Queue()
        readers.add(queue)
        try:
            while True:
                yield event("notification", await queue.get())
        finally:
            readers.discard(queue)

    return StreamingResponse(messages(), media_type="text/event-stream")


@app.post("/api/send-message")
async def send_message(message: dict):
    for queue in readers:
        queue.put_nowait(message)
    return {"readers": len(readers)}
