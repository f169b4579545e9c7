import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A capture file's header: microseconds, Ethernet, packets of up to 64 KiB. */
const fileHeader = (): Buffer => {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(0x10000, 16)
  header.writeUInt32LE(1, 20)
  return header
}

const record = (frame: Uint8Array): Buffer => {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(frame.length, 8)
  header.writeUInt32LE(frame.length, 12)
  return Buffer.concat([header, frame])
}

/** What tshark reads in frames: the values of these fields of each, all that a frame has of one joined by commas. */
export const dissected = (frames: readonly Uint8Array[], fields: readonly string[]): string[][] => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-dissect-'))
  const file = join(folder, 'frames.pcap')
  writeFileSync(file, Buffer.concat([fileHeader(), ...frames.map(record)]))
  const checked = ['udp.check_checksum:TRUE', 'ip.check_checksum:TRUE'].flatMap((option) => ['-o', option])
  try {
    const out = execFileSync(
      'tshark',
      ['-r', file, ...checked, '-T', 'fields', ...fields.flatMap((one) => ['-e', one])],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    return out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
