// Posts a question and prints each piece of the answer as [milliseconds, text].
const answer = await fetch(process.argv[2], {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"question":"?"}'
})
if (!answer.ok) throw new Error(`${answer.status}`)
for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
  console.log(JSON.stringify([performance.now(), piece]))
}
