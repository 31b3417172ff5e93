// A chat on the AI SDK's `useChat`. Its transport is the default one: it posts to /api/chat and resumes at
// /api/chat/ID/stream. A reload, or a Sidestream that restarts, loses nothing of an answer.

import { useChat } from '@ai-sdk/react'
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

// The chat's id is in the address, so that a reload and another tab show the same chat.
if (!location.hash) history.replaceState(null, '', '#' + crypto.randomUUID().slice(0, 8))
addEventListener('hashchange', () => location.reload())
const id = location.hash.slice(1)

// A real app loads the messages from its database.
const stored = JSON.parse(localStorage.getItem(id) ?? '[]')

const textOf = message => message.parts.map(part => part.text ?? '').join('')

function Composer({ busy, onAsk, onStop }) {
  const [text, setText] = useState('')
  const submit = event => {
    event.preventDefault()
    if (text.trim()) onAsk(text)
    setText('')
  }
  return (
    <form onSubmit={submit}>
      <input name="question" placeholder="Ask something" autoComplete="off" value={text} disabled={busy}
        onChange={event => setText(event.target.value)} />
      {busy ? <button id="stop" type="button" onClick={onStop}>Stop</button> : <button id="ask">Ask</button>}
    </form>
  )
}

function Chat() {
  const { messages, sendMessage, status, error, stop, resumeStream } = useChat({ id, messages: stored, resume: true })
  useEffect(() => localStorage.setItem(id, JSON.stringify(messages)), [messages])
  // `stop` ends this page's request only. The worker is told by DELETE, and ends the answer.
  const cancel = () => stop().then(() => fetch(`/api/chat/${id}/stream`, { method: 'DELETE' }))
  return (
    <main data-status={status}>
      {messages.map(message => <p key={message.id} className={message.role}>{textOf(message)}</p>)}
      {error && <p className="error">{error.message} <button id="resume" onClick={() => resumeStream()}>Continue</button></p>}
      <Composer busy={status === 'submitted' || status === 'streaming'} onStop={cancel}
        onAsk={text => sendMessage({ text })} />
    </main>
  )
}

createRoot(document.querySelector('#chat')).render(<Chat />)
