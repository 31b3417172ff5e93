// An event stream server as people write it by hand: a set of responses, and a write to each.
//
//   node node.js PORT

const http = require('http')

const clients = new Set()
let id = 0

function subscribe(request, response) {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
  })
  response.write(':\n\n')
  clients.add(response)
  request.on('close', () => clients.delete(response))
}

function publish(request, response) {
  let body = ''
  request.on('data', chunk => { body += chunk })
  request.on('end', () => {
    const frame = `data: ${body}\nid: ${++id}\n\n`
    for (const client of clients) client.write(frame)
    response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': 2 })
    response.end('{}')
  })
}

const server = http.createServer((request, response) => {
  if (request.method === 'POST') publish(request, response)
  else subscribe(request, response)
})
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 })
