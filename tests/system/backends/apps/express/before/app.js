// Streams by itself: each stream is a connection of this process, and what is sent while a browser
// is away is lost.
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'

const words = 'Each word of this answer is sent as soon as it is known, so that a reader can begin long before the end.'.split(' ')
const readers = new Set()
const app = express()
app.use(express.json())

const startStream = res => res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }).flushHeaders()
const sendEvent = (res, name, data) => res.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)

app.get('/healthz', (req, res) => res.json({ ok: true }))

app.get('/api/stream', async (req, res) => {
  startStream(res)
  for (let step = 1; step <= 8; step++) {
    sendEvent(res, 'progress', { step, of: 8 })
    await sleep(50)
  }
  sendEvent(res, 'end', {})
  res.end()
})

app.post('/api/answer', async (req, res) => {
  res.type('text/plain')
  for (const word of words) {
    res.write(word + ' ')
    await sleep(50)
  }
  res.end()
})

app.get('/api/notifications', (req, res) => {
  startStream(res)
  readers.add(res)
  res.on('close', () => readers.delete(res))
})

app.post('/api/send-message', (req, res) => {
  for (const reader of readers) sendEvent(reader, 'notification', req.body)
  res.json({ readers: readers.size })
})

const { SOCKET, PORT } = process.env
if (SOCKET) rmSync(SOCKET, { force: true }) // left by a former run
app.listen(SOCKET ?? { host: '127.0.0.1', port: PORT })
