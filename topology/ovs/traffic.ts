import type { Container, OvsHost } from './host.ts'
import { CommandError } from './shell.ts'

/** Address without its prefix length. */
export const plainAddress = ({ address }: Container): string => address.replace(/\/.*/, '')

/** What a run of pings showed. */
export interface PingResult {
  readonly sent: number
  readonly received: number
  /** Milliseconds; undefined where nothing came back. */
  readonly average: number | undefined
}

const parsePing = (output: string): PingResult => {
  const counts = /(\d+) packets transmitted, (\d+) received/.exec(output)
  const times = /= [\d.]+\/([\d.]+)\//.exec(output)
  return {
    sent: Number(counts?.[1] ?? 0),
    received: Number(counts?.[2] ?? 0),
    average: times ? Number(times[1]) : undefined,
  }
}

/**
 * Pings an address from a container; losses are a result, not an error.
 *
 * @param interval seconds between pings
 */
export const ping = async (
  host: OvsHost,
  from: Container,
  address: string,
  count = 1,
  interval = 0.2,
): Promise<PingResult> => {
  const options = ['-c', String(count), '-i', String(interval), '-W', '1']
  try {
    return parsePing(await host.inside(from, 'ping', ...options, address))
  } catch (error) {
    if (error instanceof CommandError && error.code === 1) return parsePing(error.output.stdout)
    throw error
  }
}

/** TCP throughput between two containers in Mbit/s, measured by iperf3. */
export const throughput = async (
  server: { readonly host: OvsHost; readonly container: Container },
  client: { readonly host: OvsHost; readonly container: Container },
  seconds = 2,
): Promise<number> => {
  const pidFile = `${server.host.directory}/iperf3.pid`
  await server.host.inside(server.container, 'iperf3', '--server', '--one-off', '--daemon', '--pidfile', pidFile)
  const address = plainAddress(server.container)
  const options = ['--client', address, '--time', String(seconds), '--json', '--connect-timeout', '2000']
  const report = JSON.parse(await client.host.inside(client.container, 'iperf3', ...options)) as {
    end: { sum_received: { bits_per_second: number } }
  }
  return report.end.sum_received.bits_per_second / 1e6
}
