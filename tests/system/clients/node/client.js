// npm eventsource. Prints `NAME<tab>ID<tab>DATA` for each event.
import { EventSource } from 'eventsource'

const source = new EventSource(process.argv[2])
const print = event => console.log(`${event.type}\t${event.lastEventId}\t${event.data}`)
source.onerror = event => console.error(event.message ?? 'disconnected') // it reconnects by itself
source.onmessage = print
for (const name of ['stream-open', 'stream-live', 'stream-gap', 'stream-reset', 'stream-shutdown']) source.addEventListener(name, print)
