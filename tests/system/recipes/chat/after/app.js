// Serves the page. Sidestream takes the questions, and worker.js answers them.
import express from 'express'

const app = express()

app.get('/', (req, res) => res.sendFile('page.html', { root: '.' }))
app.get('/healthz', (req, res) => res.json({ ok: true }))

app.listen(process.env.PORT, '127.0.0.1')
