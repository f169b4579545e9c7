import { ask, type ClientOptions } from '../ask/client.ts'
import { type Format, print, table } from '../ask/output.ts'
import { CliError } from '../cli-error.ts'

interface Counted {
  readonly packets: number
  readonly bytes: number
}

/** A bound, as `GET /v1/limits` shows it. */
interface Limit {
  readonly port: string
  readonly direction: string
  readonly profile: string
  readonly kbps?: number
  readonly pps?: number
  readonly passed?: Counted
  readonly dropped?: Counted
}

/** What passed and what was dropped of a port's own traffic, each second. */
interface Seen {
  readonly direction: string
  readonly asked: { readonly kbps?: number; readonly pps?: number }
  readonly passed: { readonly kbps: number; readonly pps: number }
  readonly dropped: { readonly kbps: number; readonly pps: number }
}

interface WatchOptions extends ClientOptions {
  readonly output: Format
}

const read = (options: ClientOptions, port: string): Promise<readonly Limit[]> =>
  ask<readonly Limit[]>(options, 'GET', '/v1/limits', { query: { port } })

const perSecond = (before: Counted, now: Counted, seconds: number) => ({
  kbps: ((now.bytes - before.bytes) * 8) / 1000 / seconds,
  pps: (now.packets - before.packets) / seconds,
})

const seenBetween = (before: readonly Limit[], now: readonly Limit[], seconds: number): Seen[] =>
  now.flatMap(({ direction, kbps, pps, passed, dropped }) => {
    const old = before.find((one) => one.direction === direction)
    if (!old?.passed || !old.dropped || !passed || !dropped) return []
    const asked = { ...(kbps === undefined ? {} : { kbps }), ...(pps === undefined ? {} : { pps }) }
    const rates = { passed: perSecond(old.passed, passed, seconds), dropped: perSecond(old.dropped, dropped, seconds) }
    return [{ direction, asked, ...rates }]
  })

const text = ({ kbps, pps }: Seen['asked']): string =>
  [kbps === undefined ? [] : `${Math.round(kbps)} kbps`, pps === undefined ? [] : `${Math.round(pps)} pps`]
    .flat()
    .join(' ')

/**
 * Shows for some seconds what the traffic of a port has, beside what was asked. Nothing is sent.
 *
 * @throws CliError where the port has no bounds, or its switch does not count them
 */
export const watchRates = async (port: string, seconds: number, options: WatchOptions): Promise<void> => {
  const before = await read(options, port)
  if (before.length === 0) {
    throw new CliError(
      `port ${port} is not bound: it is plugged in nowhere, or has no profile; see heddle get qos and ports`,
    )
  }
  const started = performance.now()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const seen = seenBetween(before, await read(options, port), (performance.now() - started) / 1000)
  if (seen.length === 0)
    throw new CliError(`nothing is counted for port ${port}: its switch is not connected, or has no rate`)
  const columns = {
    direction: ({ direction }: Seen) => direction,
    asked: ({ asked }: Seen) => text(asked),
    passed: ({ passed }: Seen) => text(passed),
    dropped: ({ dropped }: Seen) => text(dropped),
  }
  await print(seen, options.output, () => table(seen, columns))
  if (options.output === 'table')
    console.error('its own traffic, with Ethernet headers: less than asked where it sent less')
}
