import { createServer, type Socket } from 'node:net'
import { encodeMessage, of10 } from '../../../controller/openflow/index.ts'

/** Connections that the system keeps waiting. */
const backlog = 4096
/** What Node reads at a time. */
const readBytes = 0x1_0000

/** Listens on a free port of loopback and says which: the benchmark waits for that line. */
export const serve = (accept: (socket: Socket) => void): void => {
  const server = createServer({ noDelay: true, highWaterMark: readBytes }, (socket) => {
    socket.on('error', () => socket.destroy())
    accept(socket)
  })
  server.listen({ host: '127.0.0.1', port: 0, backlog }, () => {
    const address = server.address()
    if (address !== null && typeof address === 'object') announce(address.port)
  })
}

export const announce = (port: number): void => console.log(`listening on ${port}`)

/** What the least of controllers asks before load begins. */
export const greeting = (version: number): Uint8Array =>
  version === 4
    ? Buffer.concat([
        encodeMessage({ type: 'hello', xid: 1, elements: [{ type: 'versionBitmap', bitmaps: [1 << 4] }] }),
        encodeMessage({ type: 'featuresRequest', xid: 2 }),
        encodeMessage({ type: 'portDescRequest', xid: 3, flags: 0 }),
      ])
    : Buffer.concat([
        of10.encodeMessage({ type: 'hello', xid: 1, data: new Uint8Array() }),
        of10.encodeMessage({ type: 'featuresRequest', xid: 2 }),
        of10.encodeMessage({ type: 'barrierRequest', xid: 3 }),
      ])

/** The version that the benchmark tells a target of its own to speak. */
export const versionWanted = (): number => (process.argv[2] === '1.0' ? 1 : 4)
