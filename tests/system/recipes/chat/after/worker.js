// Answers the questions of the stream `questions`. Several workers share them.
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

const db = await createClient({ url: process.env.REDIS_URL }).connect()
const me = `worker-${process.pid}`

const replyTo = message => `You said "${message}". Each character of this reply is sent as soon as it is known.`

async function answer(question) {
  const { message } = JSON.parse(question.data)
  const send = (event, data) => db.xAdd(question.reply_to, '*', { event, data: JSON.stringify(data) })
  await send('start', {})
  for (const char of replyTo(message)) {
    await send('char', char)
    await sleep(30)
  }
  await send('end', {})
  await db.expire(question.reply_to, 24 * 3600)
}

await db.xGroupCreate('questions', 'workers', '0', { MKSTREAM: true }).catch(() => {})  // it exists
for (;;) {
  const read = await db.xReadGroup('workers', me, { key: 'questions', id: '>' }, { COUNT: 1, BLOCK: 1000 })
  for (const { id, message } of read ? read[0].messages : []) {
    if (message.event === 'ask') await answer(message)
    await db.xAck('questions', 'workers', id)
  }
}
