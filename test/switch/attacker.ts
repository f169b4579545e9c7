// A process that sends hostile lines to a controller, over and over while it is told to.
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

/** Sends a line as a switch would, after a handshake's beginning, and holds the connection a while. */
const attack = async (port: number, line: Line): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.on('data', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  if (!isFirst(line)) socket.write(hello)
  const bytes = Buffer.from(line.hex, 'hex')
  for (let count = 0; count < (line.repeat ?? 1) && !socket.destroyed; count++) {
    for (const piece of pieces(line, bytes)) socket.write(piece)
  }
  if (line.eof) socket.end()
  await Promise.race([closed, sleep(100)])
  socket.destroy()
}

const [{ port, lines, atOnce }] = (await once(process, 'message')) as [Orders]
let next = 0
let isOn = false

const attacker = async (): Promise<void> => {
  while (isOn) {
    const line = lines[next++ % lines.length]
    if (line) await attack(port, line)
  }
}

/** Answers each order with the connections so far; that to stop, when the last one has ended. */
const told = () => process.send?.(next)
let attackers: Promise<unknown> = Promise.resolve()
process.on('message', (order: 'begin' | 'stop') => {
  isOn = order === 'begin'
  if (isOn) attackers = Promise.all(Array.from({ length: atOnce }, attacker))
  if (isOn) told()
  else void attackers.then(told)
})
told()
