// Freed of streams: what browsers shall see is posted to Sidestream, which keeps and serves it.
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { accounts } from './accounts.js'

const words = 'Each word of this answer is sent as soon as it is known, so that a reader can begin long before the end.'.split(' ')
const app = express()
app.use(express.json())
app.use(accounts)

async function publish(path, event, data) {
  const answer = await fetch(`${process.env.SIDESTREAM_URL}${path}?event=${event}`, { method: 'POST', body: data })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

async function writeAnswer(stream) {
  for (const word of words) {
    await publish(stream, 'word', word)
    await sleep(50)
  }
  await publish(stream, 'end', '')
}

app.get('/healthz', (req, res) => res.json({ ok: true }))

app.post('/api/send-message', async (req, res) => {
  await publish('/api/notifications', 'notification', JSON.stringify(req.body))
  res.status(202).json({ written: true })
})

app.post('/api/answer', (req, res) => {
  const stream = `/answers/${randomUUID()}`
  writeAnswer(stream).catch(console.error)
  res.status(202).json({ stream })
})

const { SOCKET, PORT } = process.env
if (SOCKET) rmSync(SOCKET, { force: true }) // left by a former run
app.listen(SOCKET ?? { host: '127.0.0.1', port: PORT })
