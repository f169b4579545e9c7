import { existsSync, readFileSync } from 'node:fs'

/** A line of osken-packets.jsonl. */
export interface PacketLine {
  readonly name: string
  readonly class: string
  readonly hex: string
  readonly decoded: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const folder = new URL('../../../shared/vectors/', import.meta.url)

/** Lines of a vector file; none where the file is not there. */
export const vectorLines = <T>(file: string): T[] => {
  const url = new URL(file, folder)
  if (!existsSync(url)) return []
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
