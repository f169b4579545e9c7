import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { CommandError, run } from '../ovs/shell.ts'

export interface Stream {
  /** Network namespaces. */
  readonly from: string
  readonly to: string
  /** Of `to`. */
  readonly address: string
  readonly protocol: 'tcp' | 'udp'
  /** Kilobits of payload that UDP sends each second. */
  readonly kbps?: number
  readonly seconds: number
  /** Seconds at the start that do not count, for a burst passes and TCP finds its rate; 2 unless given. */
  readonly omitted?: number
}

/** What came of a stream. */
export interface Streamed {
  /** Kilobits of payload received each second. */
  readonly kbps: number
  /** Segments that TCP sent again. */
  readonly retransmits?: number
  /** Of the packets of UDP, those that did not arrive: 0 to 1. */
  readonly lost?: number
}

interface Report {
  readonly end: {
    readonly sum_sent?: { readonly bits_per_second: number; readonly retransmits?: number }
    readonly sum_received?: { readonly bits_per_second: number }
  }
  readonly error?: string
}

/** Bytes of a UDP packet's payload: what fits through any tunnel. */
export const datagram = 1_200

/**
 * Starts a server for one client, and waits until it listens: as a daemon it would say that it is there before that.
 *
 * @throws CommandError where it ends instead
 */
const listen = (namespace: string, address: string): Promise<ChildProcess> => {
  const words = ['netns', 'exec', namespace, 'iperf3', '--server', '--one-off', '--forceflush', '--bind', address]
  const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (part: string): void => {
      said += part
      if (said.includes('listening')) resolve(child)
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear)
    child.once('error', reject)
    child.once('close', (code) => {
      reject(new CommandError(`ip ${words.join(' ')}`, code ?? undefined, { stdout: said, stderr: '' }))
    })
  })
}

/** Has a server go, which it does by itself only after a client: the next one is to have its address. */
const dismiss = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill()
  await ended
}

/**
 * Sends from one network namespace to another for some seconds, by iperf3.
 *
 * @throws CommandError where iperf3 is missing, or does not reach the other; Error where it was cut short
 */
export const stream = async (asked: Stream): Promise<Streamed> => {
  const { from, to, address, protocol, kbps = 0, seconds, omitted = 2 } = asked
  const udp = ['--udp', '--bitrate', `${kbps}K`, '--length', String(datagram)]
  const client = [
    ...['netns', 'exec', from, 'iperf3', '--client', address, '--json', '--connect-timeout', '5000'],
    ...['--time', String(seconds), '--omit', String(omitted), ...(protocol === 'udp' ? udp : [])],
  ]
  const server = await listen(to, address)
  let json: string
  try {
    json = await run('ip', client)
  } finally {
    await dismiss(server)
  }
  const { end, error = 'it gives no figures' } = JSON.parse(json) as Report
  if (!end.sum_sent || !end.sum_received) throw new Error(`iperf3 from ${from} to ${address}: ${error}`)
  const [sent, received] = [end.sum_sent.bits_per_second, end.sum_received.bits_per_second]
  const { retransmits } = end.sum_sent
  return {
    kbps: received / 1000,
    ...(retransmits === undefined ? {} : { retransmits }),
    // iperf3 counts among the lost those of the seconds that it leaves out.
    ...(protocol === 'udp' ? { lost: Math.max(0, 1 - received / sent) } : {}),
  }
}
