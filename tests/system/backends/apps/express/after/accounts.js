// Sessions of express-session, and the endpoint that Sidestream asks about each reader.
import express from 'express'
import session from 'express-session'

export const accounts = express.Router()

accounts.use(session({
  secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' }
}))

accounts.post('/login', (req, res, next) => { // a real one asks for a password
  req.session.regenerate(error => {
    if (error) return next(error)
    req.session.user = req.body.user
    res.sendStatus(204)
  })
})

accounts.post('/logout', (req, res, next) => {
  req.session.destroy(error => error ? next(error) : res.sendStatus(204))
})

accounts.get('/auth', (req, res) => {
  if (!req.session.user) return res.status(401).json({ error: 'sign in first' })
  res.set('X-User', req.session.user).sendStatus(204)
})

accounts.post('/api/notify', async (req, res) => {
  const to = encodeURIComponent(req.body.to)
  const url = `${process.env.SIDESTREAM_URL}/users/${to}/inbox?event=notification&key=${to}`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(req.body) })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  res.status(202).json({ written: true })
})
