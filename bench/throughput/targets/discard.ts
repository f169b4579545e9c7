// Looks at no packet-in: what the generator can send, and take in, when nothing holds it up.

import { encodeMessage, of10, Port } from '../../../controller/openflow/index.ts'
import { layoutOf } from '../generator/layout.ts'
import { greeting, serve, versionWanted } from './serve.ts'

/** The generator numbers its packet-ins one by one, so their answers are known beforehand. */
const perWrite = 512
const PACKET_IN = 10

const version = versionWanted()
const layout = layoutOf(version === 4 ? '1.3' : '1.0', 0n)
const flood = [{ type: 'output', port: version === 4 ? Port.FLOOD : of10.Port10.FLOOD, maxLen: 0 }] as const
const noData = new Uint8Array()
const common = { type: 'packetOut', xid: 0, bufferId: 0, inPort: 1, actions: flood, data: noData } as const
const answer = version === 4 ? encodeMessage(common) : of10.encodeMessage(common)

serve((socket) => {
  const answers = new Uint8Array(perWrite * answer.length)
  for (let at = 0; at < answers.length; at += answer.length) answers.set(answer, at)
  let count = 0
  let bytes = 0
  let isLoaded = false

  const answerAll = (messages: number): void => {
    for (let left = messages; left > 0; left -= perWrite) {
      const run = Math.min(left, perWrite)
      const chunk = answers.slice(0, run * answer.length)
      const view = new DataView(chunk.buffer)
      for (let index = 0; index < run; index++) view.setUint32(index * answer.length + 8, count++ & 0x7fff_ffff)
      socket.write(chunk)
    }
  }

  socket.write(greeting(version))
  socket.on('data', (chunk) => {
    // The handshake's last answer and the first packet-in never share a chunk: the load waits.
    isLoaded ||= chunk[1] === PACKET_IN
    if (!isLoaded) return
    bytes += chunk.length
    const messages = Math.floor(bytes / layout.packetIn.length)
    bytes -= messages * layout.packetIn.length
    answerAll(messages)
  })
})
