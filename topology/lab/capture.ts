import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { LabError } from './errors.ts'
import type { LabRecord } from './folder.ts'
import { findLink } from './links.ts'
import { namespaceOf } from './names.ts'

export interface CaptureOptions {
  /** A pcap file to write, or `-`; packets are shown as text without it. */
  readonly write?: string
  /** How many packets; until a signal without it. */
  readonly count?: string
  /** As pcap-filter(7) has it. */
  readonly filter?: readonly string[]
}

type Words = (card: string, options: CaptureOptions) => string[]

const counted = ({ count }: CaptureOptions): string[] => (count === undefined ? [] : ['-c', count])
const filtered = ({ filter = [] }: CaptureOptions): string[] => (filter.length === 0 ? [] : ['-f', filter.join(' ')])

const wiresharkWords =
  (shown: readonly string[]): Words =>
  (card, options) => {
    const { write } = options
    const what = write === undefined ? shown : ['-F', 'pcap', '-q', '-w', write]
    return ['-i', card, ...counted(options), ...filtered(options), ...what]
  }

/** In the order in which they are preferred. */
const tools: readonly (readonly [command: string, words: Words])[] = [
  [
    'tcpdump',
    (card, options) => {
      const { write, filter = [] } = options
      const what = write === undefined ? ['-n', '-e', '-l'] : ['-U', '-w', write]
      return ['-i', card, ...counted(options), ...what, ...filter]
    },
  ],
  ['tshark', wiresharkWords(['-n', '-l'])],
  [
    'dumpcap',
    (card, options) => ['-i', card, ...counted(options), ...filtered(options), '-P', '-w', options.write ?? '-'],
  ],
]

const isThere = (command: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/**
 * Captures the packets on a link, by whichever tool this machine has, until a signal or `count` packets.
 *
 * @returns the tool's exit code
 * @throws LabError where there is no such link, or no tool
 */
export const capture = async (record: LabRecord, name: string, options: CaptureOptions): Promise<number> => {
  const { node, card } = findLink(record.description, name).seenAt
  const found = tools.find(([command]) => isThere(command) && (command !== 'dumpcap' || options.write !== undefined))
  if (!found) throw new LabError('no tool that captures is here: apt-get install tcpdump (or tshark)')
  const [command, words] = found
  const inside = ['netns', 'exec', namespaceOf(record.name, node), command, ...words(card, options)]
  const child = spawn('ip', inside, { stdio: 'inherit' })
  // The tool ends by the same Ctrl-C, and says how many packets it saw.
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  const [code] = (await once(child, 'close')) as [number | null]
  process.off('SIGINT', ignore)
  return code ?? 0
}
