import { familyOf, isIpv6 } from '../../controller/packet/index.ts'
import type { Client } from './client.ts'
import { LabError } from './errors.ts'
import type { AssignedCard, LabFolder } from './folder.ts'
import { datagram, type Streamed, stream } from './iperf.ts'
import { namespaceOf } from './names.ts'

/** What the lab reads of a port's bounds, as `GET /v1/limits` shows them. */
export interface LimitView {
  readonly port: string
  readonly direction: 'out' | 'in'
  /** Kilobits and packets each second. */
  readonly kbps?: number
  readonly pps?: number
}

/** What was asked in one direction, and what a stream of one protocol had. */
export interface Rate extends Streamed {
  readonly direction: 'out' | 'in'
  readonly protocol: 'tcp' | 'udp'
  readonly asked: { readonly kbps?: number; readonly pps?: number }
  /** Kilobits received each second with all headers, as switches count them. */
  readonly counted: number
  /** Packets of UDP received each second. */
  readonly pps?: number
  /** What was counted, of the narrower bound: 1 where it is just that; undefined for TCP where packets are bound, whose size is not known. */
  readonly share: number | undefined
}

export interface RatesOptions {
  /** Another container of the port's network; one whose own bounds are not in the way unless given. */
  readonly with?: string
  /** That each stream is measured. */
  readonly seconds: number
}

interface End {
  readonly container: string
  readonly card: AssignedCard
}

/** Kilobits of what a packet of UDP carries. */
const payload = (datagram * 8) / 1_000
/** Bytes of headers: Ethernet, IP, and UDP, or TCP with timestamps. */
const ethernet = 14
const ip = { 4: 20, 6: 40 } as const
const transport = { tcp: 32, udp: 8 } as const
/** What UDP sends, as a multiple of what is asked. */
const excess = 1.5

const isBound = ({ kbps, pps }: LimitView): boolean => kbps !== undefined || pps !== undefined

const endsOf = (folder: LabFolder): End[] =>
  Object.entries(folder.facts.cards ?? {}).flatMap(([container, cards]) => cards.map((card) => ({ container, card })))

/** How many times longer a packet is than the bytes that it carries. */
const longerBy = (family: 4 | 6, protocol: 'tcp' | 'udp', carried: number): number =>
  (ethernet + ip[family] + transport[protocol] + carried) / carried

/** Kilobits each second that a port takes in a direction. */
const roomOf = (limits: readonly LimitView[], port: string, direction: 'out' | 'in'): number => {
  const found = limits.find((one) => one.port === port && one.direction === direction)
  const { kbps = Number.POSITIVE_INFINITY, pps = Number.POSITIVE_INFINITY } = found ?? {}
  return Math.min(kbps, pps * payload * longerBy(4, 'udp', datagram))
}

/** @throws LabError where no other container can be sent to */
const otherEnd = (ends: readonly End[], own: End, limits: readonly LimitView[], name: string | undefined): End => {
  const near = ends.filter((end) => end.card.network === own.card.network && end.container !== own.container)
  const candidates = near.filter(({ container }) => name === undefined || container === name)
  const isWide = ({ card: { port } }: End): boolean =>
    roomOf(limits, port, 'in') > roomOf(limits, own.card.port, 'out') * excess &&
    roomOf(limits, port, 'out') > roomOf(limits, own.card.port, 'in') * excess
  const found = candidates.find(isWide) ?? (name === undefined ? undefined : candidates[0])
  if (found) return found
  const list = near.map(({ container }) => container).join(', ') || 'none'
  throw new LabError(
    `no container of network ${own.card.network} has more room than ${own.card.port}: ` +
      `--with names one in spite of that (${list})`,
  )
}

const plain = (address: string): string => address.replace(/\/.*/, '')

/** An address of `to`, of a family that both have. */
const addressOf = (from: End, to: End): string => {
  const families = new Set(from.card.addresses.map(isIpv6))
  const found = to.card.addresses.find((address) => families.has(isIpv6(address)))
  if (found === undefined)
    throw new LabError(`${from.container} and ${to.container} have no family of addresses in common`)
  return plain(found)
}

const shareOf = (rate: Omit<Rate, 'share'>): number | undefined => {
  const { asked, protocol, counted, pps = 0 } = rate
  if (protocol === 'tcp') return asked.kbps === undefined || asked.pps !== undefined ? undefined : counted / asked.kbps
  return Math.max(asked.kbps === undefined ? 0 : counted / asked.kbps, asked.pps === undefined ? 0 : pps / asked.pps)
}

/**
 * Measures each bound of a port of the lab, by TCP and UDP to or from another container.
 *
 * @throws LabError where the port has no bounds, or there is nobody to send to
 */
export const measureRates = async (
  folder: LabFolder,
  client: Client,
  port: string,
  { with: name, seconds }: RatesOptions,
): Promise<Rate[]> => {
  const limits = await client.get<readonly LimitView[]>('/v1/limits')
  const ends = endsOf(folder)
  const own = ends.find(({ card }) => card.port === port)
  const bounds = limits.filter((one) => one.port === port && isBound(one))
  if (!own || bounds.length === 0) {
    throw new LabError(
      `port ${port} is not bound: neither it, nor its network, nor a router names a profile with a rate`,
    )
  }
  const other = otherEnd(ends, own, limits, name)
  const rates: Rate[] = []
  for (const { direction, kbps, pps } of bounds) {
    const [from, to] = direction === 'out' ? [own, other] : [other, own]
    const between = { from: namespaceOf(folder.name, from.container), to: namespaceOf(folder.name, to.container) }
    const address = addressOf(from, to)
    const family = familyOf(address)
    // Packets of TCP are as long as the cards take.
    const segment = Math.min(from.card.mtu, to.card.mtu) - ip[family] - transport.tcp
    const asked = { ...(kbps === undefined ? {} : { kbps }), ...(pps === undefined ? {} : { pps }) }
    for (const protocol of ['tcp', 'udp'] as const) {
      const offered = Math.ceil(roomOf(limits, port, direction) * excess)
      const seen = await stream({ ...between, address, protocol, kbps: offered, seconds })
      const packets = protocol === 'udp' ? { pps: seen.kbps / payload } : {}
      const counted = seen.kbps * longerBy(family, protocol, protocol === 'tcp' ? segment : datagram)
      const rate = { direction, protocol, asked, ...seen, ...packets, counted }
      rates.push({ ...rate, share: shareOf(rate) })
    }
  }
  return rates
}

/** As much as a bound may be missed by. */
const tolerance = 0.1

export const isMet = ({ share }: Rate): boolean => share === undefined || Math.abs(share - 1) <= tolerance

const number = (value: number | undefined, unit: string): string =>
  value === undefined ? '' : `${Math.round(value)} ${unit}`

/** A line for each stream. */
export const ratesText = (rates: readonly Rate[]): string => {
  const rows = rates.map(({ direction, protocol, asked, kbps, counted, pps, share, lost, retransmits }) => [
    ...[direction, protocol],
    [number(asked.kbps, 'kbps'), number(asked.pps, 'pps')].filter(Boolean).join(' '),
    ...[number(kbps, 'kbps'), number(counted, 'kbps'), asked.pps === undefined ? '' : number(pps, 'pps')],
    share === undefined ? '' : `${(share * 100).toFixed(1)} %`,
    lost === undefined ? '' : `${(lost * 100).toFixed(0)} % lost`,
    number(retransmits, 'retransmits'),
  ])
  const lines = [['direction', 'protocol', 'asked', 'payload', 'with headers', '', 'of it', '', ''], ...rows]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
