// Streams by itself: the response of the POST is the event stream.
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'

const app = express()
app.use(express.json())

const replyTo = message => `You said "${message}". Each character of this reply is sent as soon as it is known.`

app.get('/', (req, res) => res.sendFile('page.html', { root: '.' }))
app.get('/healthz', (req, res) => res.json({ ok: true }))

app.post('/api/chat', async (req, res) => {
  res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  const send = (event, data) => res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  send('start', {})
  for (const char of replyTo(req.body.message)) {
    send('char', char)
    await sleep(30)
  }
  send('end', {})
  res.end()
})

app.listen(process.env.PORT, '127.0.0.1')
