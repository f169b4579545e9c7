// A process that sends hostile lines to a controller, each over a connection of its own.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Line {
  readonly name: string
  readonly hex: string
  readonly repeat?: number
  readonly chunks?: readonly number[]
  readonly chunkSize?: number
  readonly eof?: boolean
}

export interface Orders {
  readonly port: number
  readonly lines: readonly Line[]
  /** Connections at a time. */
  readonly atOnce: number
}

const hello = Buffer.from('04000010000000010001000800000010', 'hex')

/** Bytes that may be the first of a connection. */
const isFirst = ({ name, hex }: Line): boolean => /\/(hello|version)\//.test(name) || hex.slice(2, 4) === '00'

const pieces = ({ chunks, chunkSize }: Line, bytes: Buffer): Buffer[] => {
  const size = chunkSize ?? bytes.length
  const sizes = chunks ?? Array.from({ length: Math.ceil(bytes.length / size) }, () => size)
  let end = 0
  return sizes.map((one) => {
    end += one
    return bytes.subarray(end - one, end)
  })
}

/**
 * Sends a line as a switch would, after a handshake's beginning, and holds the connection a while
 * after the controller has taken it up.
 */
const attack = async (port: number, line: Line): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const takenUp = new Promise<void>((resolve) => socket.on('data', () => resolve()))
  if (!isFirst(line)) socket.write(hello)
  const bytes = Buffer.from(line.hex, 'hex')
  for (let count = 0; count < (line.repeat ?? 1) && !socket.destroyed; count++) {
    for (const piece of pieces(line, bytes)) socket.write(piece)
  }
  if (line.eof) socket.end()
  await Promise.race([closed, takenUp])
  await Promise.race([closed, sleep(100)])
  socket.destroy()
}

const [{ port, lines, atOnce }] = (await once(process, 'message')) as [Orders]
process.send?.('ready')
await once(process, 'message')
let next = 0

const attacker = async (): Promise<void> => {
  for (let line = lines[next++]; line; line = lines[next++]) await attack(port, line)
}

await Promise.all(Array.from({ length: atOnce }, attacker))
process.send?.('done')
process.disconnect()
