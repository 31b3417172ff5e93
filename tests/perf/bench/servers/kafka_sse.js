// Wikimedia's KafkaSSE, which gives each client a Kafka consumer of its own.
//
//   node kafka_sse.js PORT BOOTSTRAP TOPIC

const http = require('http')
const kafkaSse = require('kafka-sse')

const [port, bootstrap, topic] = process.argv.slice(2)

const server = http.createServer((request, response) => {
  kafkaSse(request, response, [topic], {
    allowedTopics: [topic],
    kafkaConfig: { 'metadata.broker.list': bootstrap, 'client.id': 'bench' },
    disableSSEFormatting: false,
  })
})
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 })
