import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BundleControlType } from '../../../controller/openflow/experimenter/bundle-control.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../controller/openflow/messages/messages.ts'
import { Framer } from '../../../controller/openflow/stream/framer.ts'

const run = promisify(execFile)

/** What a switch that agrees to everything answers. */
const answer = (message: Message): Message | undefined => {
  const { xid } = message
  if (message.type === 'barrierRequest') return { type: 'barrierReply', xid }
  if (message.type !== 'bundleControl') return undefined
  return { ...message, control: message.control + BundleControlType.OPEN_REPLY }
}

const isModification = (type: number): boolean => type >= 13 && type <= 16

/** A switch that only notes the modifications that it is sent, alone or in a bundle. */
const note = (socket: Socket, noted: Uint8Array[]): void => {
  const framer = new Framer({
    frame(_view, bytes, start, end) {
      const frame = bytes.slice(start, end)
      const message = decodeMessage(frame)
      if (message.type === 'bundleAdd') noted.push(frame.slice(24))
      else if (isModification(frame[1] as number) || message.type === 'meterMod') noted.push(frame)
      const reply = answer(message)
      if (reply) socket.write(encodeMessage(reply))
      return true
    },
    error: () => false,
  })
  socket.on('error', () => {})
  socket.on('data', (chunk) => framer.push(chunk))
  socket.write(encodeMessage({ type: 'hello', xid: 0, elements: [] }))
}

/** The modifications that ovs-ofctl sends, command by command. Its arguments may name SWITCH and FILE. */
export const sentByOfctl = async (
  commands: readonly (readonly string[])[],
  lines: readonly string[] = [],
): Promise<Uint8Array[]> => {
  const noted: Uint8Array[] = []
  const folder = mkdtempSync(join(tmpdir(), 'heddle-judge-'))
  const places: Readonly<Record<string, string>> = {
    SWITCH: `unix:${join(folder, 'switch')}`,
    FILE: join(folder, 'file'),
  }
  writeFileSync(join(folder, 'file'), `${lines.join('\n')}\n`)
  const server = createServer((socket) => note(socket, noted))
  await new Promise<void>((done) => server.listen(join(folder, 'switch'), done))
  try {
    for (const command of commands) {
      const args = command.map((arg) => places[arg] ?? arg)
      await run('ovs-ofctl', ['-O', 'OpenFlow13', '--no-names', '--timeout=60', ...args])
    }
  } finally {
    await new Promise((done) => server.close(done))
    rmSync(folder, { recursive: true })
  }
  return noted
}
