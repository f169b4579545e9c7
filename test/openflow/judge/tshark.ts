import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pcapOf } from '../../support/pcap.ts'

const headersLength = 54
const openflowPort = 6653

/** Ethernet, IPv4 and TCP headers; each message comes from an address of its own, as a stream of its own. */
const headers = (length: number, index: number): Buffer => {
  const packet = Buffer.alloc(headersLength)
  packet.writeUInt16BE(0x0800, 12)
  packet.writeUInt16BE(0x4500, 14)
  packet.writeUInt16BE(40 + length, 16)
  packet.writeUInt16BE(0x4006, 22)
  packet.writeUInt32BE(0x0a000001 + index, 26)
  packet.writeUInt32BE(0x0b000001, 30)
  packet.writeUInt16BE(50000, 34)
  packet.writeUInt16BE(openflowPort, 36)
  packet.writeUInt32BE(1, 38)
  packet.writeUInt32BE(0x50180400, 46)
  return packet
}

const frameOf = (bytes: Uint8Array, index: number): Uint8Array => Buffer.concat([headers(bytes.length, index), bytes])

const linesOf = (out: string): string[] => out.split('\n').filter((line) => line !== '')

/** What tshark makes of messages: how many it knows as OpenFlow 1.3, and which it finds malformed, by index. */
export const judgedByTshark = (messages: readonly Uint8Array[]): { known: number; malformed: number[] } => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-judge-'))
  const file = join(folder, 'messages.pcap')
  writeFileSync(file, pcapOf(messages.map(frameOf)))
  const frames = (filter: string): number[] => {
    const args = [
      '-r',
      file,
      '-d',
      `tcp.port==${openflowPort},openflow`,
      '-Y',
      filter,
      '-T',
      'fields',
      '-e',
      'frame.number',
    ]
    const out = execFileSync('tshark', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    })
    return linesOf(out).map((line) => Number(line) - 1)
  }
  try {
    return { known: frames('openflow_v4').length, malformed: frames('_ws.malformed') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
