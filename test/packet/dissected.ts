import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pcapOf } from '../support/pcap.ts'

/** What tshark reads in frames: the values of these fields of each, all that a frame has of one joined by commas. */
export const dissected = (frames: readonly Uint8Array[], fields: readonly string[]): string[][] => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-dissect-'))
  const file = join(folder, 'frames.pcap')
  writeFileSync(file, pcapOf(frames))
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
