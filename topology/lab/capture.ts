import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LabError } from './errors.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { findLink } from './links.ts'
import { namespaceOf } from './names.ts'
import { captureSimulated } from './sim/capture.ts'
import { type CaptureOptions, isThere } from './tools.ts'

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

/**
 * Captures the packets on a link, by whichever tool this machine has, until a signal or `count` packets.
 *
 * @returns the tool's exit code
 * @throws LabError where there is no such link, or no tool
 */
export const capture = async (
  folder: LabFolder,
  record: LabRecord,
  name: string,
  options: CaptureOptions,
): Promise<number> => {
  if (record.datapath === 'sim') return captureSimulated(folder, findLink(record.description, name).name, options)
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
