import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LabError } from '../errors.ts'
import type { LabFolder } from '../folder.ts'
import { type CaptureOptions, isThere } from '../tools.ts'
import { captured } from './client.ts'

/** The command that shows packets of a pcap file on its standard input, or filters them into another. */
const toolFor = ({ write, filter = [] }: CaptureOptions): readonly [command: string, ...words: string[]] => {
  if (isThere('tcpdump')) {
    return ['tcpdump', '-r', '-', ...(write === undefined ? ['-n', '-e', '-l'] : ['-U', '-w', write]), ...filter]
  }
  if (isThere('tshark') && filter.length === 0) return ['tshark', '-r', '-', '-n', '-l']
  throw new LabError(
    filter.length === 0
      ? 'no tool that shows packets is here: apt-get install tcpdump, or write a file with -w FILE'
      : 'a filter needs tcpdump (apt-get install tcpdump): leave it out, and write a file with -w FILE',
  )
}

/** Ends a capture in order by Ctrl-C. @returns what ends that */
const untilInterrupted = (packets: Readable): (() => void) => {
  const stop = (): void => void packets.push(null)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
  }
}

const show = async (packets: Readable, command: string, words: readonly string[]): Promise<number> => {
  const child = spawn(command, words, { stdio: ['pipe', 'inherit', 'inherit'] })
  // The tool may have had enough.
  child.stdin.on('error', () => undefined)
  child.once('close', () => packets.destroy())
  packets.pipe(child.stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 0
}

/**
 * Captures the packets on a link of a simulated lab, until a signal or `count` packets.
 *
 * @returns an exit code
 * @throws LabError where no tool is there that could show them
 */
export const captureSimulated = async (folder: LabFolder, link: string, options: CaptureOptions): Promise<number> => {
  const { write, count, filter = [] } = options
  const isPlain = write !== undefined && filter.length === 0
  const [command = '', ...words] = isPlain ? [] : toolFor(options)
  // What a filter leaves is counted by the tool.
  const isCounted = count !== undefined && filter.length > 0
  const packets = await captured(
    folder,
    link,
    isCounted || count === undefined ? Number.POSITIVE_INFINITY : Number(count),
  )
  const keep = untilInterrupted(packets)
  if (!isPlain) return show(packets, command, [...(isCounted ? ['-c', count] : []), ...words])
  await pipeline(packets, write === '-' ? process.stdout : createWriteStream(write), { end: write !== '-' })
  keep()
  return 0
}
