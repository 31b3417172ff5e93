// The same worker in Node: `npm install` in this folder, then
//
//     REDIS_URL=redis://127.0.0.1:6379 node demo/workers/worker.mjs
//
// With UI_MESSAGES=1 the pieces are those of the AI SDK's UI message stream (demo/usechat).

import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

const ends = ['done', 'failed', 'cancelled']
const idleMs = 5000  // a question whose worker gives no sign of life for so long is taken over
const me = `${os.hostname()}-${process.pid}`
const db = await createClient({ url: process.env.REDIS_URL }).connect()
const uiMessages = process.env.UI_MESSAGES === '1'

function textOf(question) {
  if (!uiMessages) return question.data
  try {  // useChat posts all messages of its chat
    return JSON.parse(question.data).messages.at(-1).parts.map(part => part.text ?? '').join('')
  } catch {
    return question.data
  }
}

// The answer. This is where a model would be asked.
function wordsOf(question) {
  const load = os.loadavg().map(one => one.toFixed(2)).join(', ')
  return `You asked: ${textOf(question)} - I am ${os.hostname()}, and my load is ${load}. Ask again, and it will be different.`.split(/\s+/)
}

// [event, data] of each. The message has the question's id, so a page that reads it again shows it once.
function piecesOf(question) {
  const words = wordsOf(question).map(word => `${word} `)
  if (!uiMessages) return words.map(word => ['word', word])
  const parts = words.map(delta => ({ type: 'text-delta', id: 'text', delta }))
  parts.unshift({ type: 'start', messageId: question.request }, { type: 'text-start', id: 'text' })
  parts.push({ type: 'text-end', id: 'text' })
  return parts.map(part => [part.type, JSON.stringify(part)])
}

function endOf(event) {
  return [event, uiMessages ? JSON.stringify({ type: event === 'done' ? 'finish' : 'abort' }) : '']
}

// The number of a piece is its entry id, so Redis refuses a piece that is there already.
async function write(reply, number, [event, data]) {
  await db.xAdd(reply, `1-${number}`, { event, data }).catch(error => {
    if (!error.message.includes('equal or smaller')) throw error
  })
}

async function answer(entry, question) {
  const reply = question.reply_to, cancelled = `cancelled:${question.request}`
  if (question.event === 'cancel') return db.set(cancelled, '1', { EX: 3600 })
  const pieces = piecesOf(question)
  for (;;) {
    const [last] = await db.xRevRange(reply, '+', '-', { COUNT: 1 })  // perhaps of another: one that died, or took this one for dead
    if (last && ends.includes(last.message.event)) break
    const number = last ? Number(last.id.split('-')[1]) + 1 : 1
    if (await db.exists(cancelled)) {
      await write(reply, number, endOf('cancelled'))
    } else if (number > pieces.length) {
      await write(reply, number, endOf('done'))
    } else {
      await write(reply, number, pieces[number - 1])
      await db.xClaimJustId('prompts', 'workers', me, 0, entry)  // a sign of life
      await sleep(1000 * Number(process.env.WORD_SECONDS ?? 0.1))
    }
  }
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
