// The same worker in Node: `npm install` in this folder, then
//
//     REDIS_URL=redis://127.0.0.1:6379 node demo/workers/worker.mjs

import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

const ends = ['done', 'failed', 'cancelled']
const idleMs = 5000  // a question whose worker gives no sign of life for so long is taken over
const me = `${os.hostname()}-${process.pid}`
const db = await createClient({ url: process.env.REDIS_URL }).connect()

// The answer. This is where a model would be asked.
function wordsOf(question) {
  const load = os.loadavg().map(one => one.toFixed(2)).join(', ')
  return `You asked: ${question.data} - I am ${os.hostname()}, and my load is ${load}. Ask again, and it will be another.`.split(/\s+/)
}

// The number of a piece is its entry id, so Redis refuses a piece that is there already.
async function write(reply, number, event, data = '') {
  await db.xAdd(reply, `1-${number}`, { event, data }).catch(error => {
    if (!error.message.includes('equal or smaller')) throw error
  })
}

async function answer(entry, question) {
  const reply = question.reply_to, cancelled = `cancelled:${question.request}`
  if (question.event === 'cancel') return db.set(cancelled, '1', { EX: 3600 })
  const [last] = await db.xRevRange(reply, '+', '-', { COUNT: 1 })  // of a worker that died
  if (last && ends.includes(last.message.event)) return
  const written = last ? Number(last.id.split('-')[1]) : 0
  const words = wordsOf(question)
  for (let number = written + 1; number <= words.length; number++) {
    if (await db.exists(cancelled)) return write(reply, number, 'cancelled')
    await write(reply, number, 'word', `${words[number - 1]} `)
    await db.xClaimJustId('prompts', 'workers', me, 0, entry)  // a sign of life
    await sleep(1000 * Number(process.env.WORD_SECONDS ?? 0.1))
  }
  await write(reply, Math.max(written, words.length) + 1, 'done')
  await db.expire(reply, 24 * 3600)
}

await db.xGroupCreate('prompts', 'workers', '0', { MKSTREAM: true }).catch(() => {})  // another may have made it
for (;;) {
  let taken = (await db.xAutoClaim('prompts', 'workers', me, idleMs, '0-0', { COUNT: 1 })).messages
  if (!taken.length) {
    const read = await db.xReadGroup('workers', me, { key: 'prompts', id: '>' }, { COUNT: 1, BLOCK: 1000 })
    taken = read ? read[0].messages : []
  }
  for (const { id, message } of taken.filter(Boolean)) {
    await answer(id, message)
    await db.xAck('prompts', 'workers', id)
  }
}
