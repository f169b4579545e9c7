import type { Ask, Destination, Source, WalkPort } from '../../../topology/walk/index.ts'
import { parseAddress } from '../../state/index.ts'
import type { ClientOptions } from '../ask/client.ts'
import type { Format } from '../ask/output.ts'
import { CliError } from '../cli-error.ts'
import type { ApiWorld } from './world.ts'

export interface TraceOptions extends ClientOptions {
  readonly output: Format
  readonly reply?: boolean
  readonly live?: true
  readonly family?: string
  readonly source?: string
  readonly sourceMac?: string
  readonly sourcePort?: string
  readonly ttl?: string
  readonly size?: string
}

/** What is asked: whose packet, to whom, and which. */
export interface TraceQuestion {
  readonly from: WalkPort
  readonly source: Source
  readonly to: Destination
  /** As the user named it. */
  readonly target: string
  readonly ask: Ask
}

const form = /^(?:(tcp|udp)[/:](\d{1,5})|(icmp|arp))$/
/** Bytes. */
const longestPacket = 9_000
export const lastPort = 65535
/** Of the side that asks: none that a service has. */
export const usualSourcePort = 49_152
const macForm = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i

const numberIn = (option: string, text: string, last: number): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > last) {
    throw new CliError(`--${option} ${text}: a number from 1 to ${last} is expected`)
  }
  return Number(text)
}

const everybody = { mac: 'ff:ff:ff:ff:ff:ff', address: '255.255.255.255' } as const

/** Stands in the payload of packets that can carry one. */
const marker = 'heddle trace'

/** @throws CliError naming what is expected */
export const askOf = (text: string, options: Pick<TraceOptions, 'sourcePort' | 'ttl' | 'size'>): Ask => {
  const [, protocol, port, bare] = form.exec(text) ?? []
  const name = (protocol ?? bare) as Ask['protocol'] | undefined
  if (name === undefined || Number(port ?? 1) > lastPort || port === '0') {
    throw new CliError(`${text}: tcp/80, udp/53, icmp or arp is expected`)
  }
  const sourcePort =
    options.sourcePort === undefined ? usualSourcePort : numberIn('source-port', options.sourcePort, lastPort)
  const ttl = options.ttl === undefined ? 64 : numberIn('ttl', options.ttl, 255)
  const size = options.size === undefined ? {} : { size: numberIn('size', options.size, longestPacket) }
  return { protocol: name, port: Number(port ?? 0), sourcePort, ttl, marker, ...size }
}

const isIpv6 = (address: string): boolean => address.includes(':')

/** The first address of a port, of a family where one is asked for. */
const addressOf = ({ addresses }: WalkPort, family: string | undefined): string | undefined =>
  addresses.find((one) => family === undefined || isIpv6(one) === (family === '6'))

/** The family that both have, where none is asked for: IPv4 before IPv6. */
const commonFamily = (from: WalkPort, to: WalkPort): string | undefined =>
  ['4', '6'].find((family) => addressOf(from, family) !== undefined && addressOf(to, family) !== undefined)

const destination = (world: ApiWorld, from: WalkPort, target: string, family: string | undefined): Destination => {
  const port = world.port(target)
  if (port) {
    const address = addressOf(port, family ?? commonFamily(from, port))
    if (address === undefined) throw new CliError(`${target} has no address${family ? ` of IPv${family}` : ''}`)
    return { address, mac: undefined, port: port.id }
  }
  if (macForm.test(target)) {
    const mac = target.toLowerCase()
    if (mac === everybody.mac) return { ...everybody, port: undefined }
    const owner = world.ports.find((one) => one.mac === mac && one.network === from.network)
    return { address: owner && addressOf(owner, family), mac, port: owner?.id }
  }
  const address = parseAddress(target)
  if (!address) throw new CliError(`there is no port ${target}, and it is neither an IP nor an Ethernet address`)
  return { address: target.toLowerCase(), mac: undefined, port: undefined }
}

/**
 * What the words of a user ask.
 *
 * @throws CliError naming the word that is wrong
 */
export const questionOf = (
  world: ApiWorld,
  [source, target, what = 'icmp']: readonly [string, string, string?],
  options: TraceOptions,
): TraceQuestion => {
  const from = world.port(source)
  if (!from) throw new CliError(`there is no port ${source}; heddle get ports lists them`)
  const to = destination(world, from, target, options.family)
  if (what === 'arp' && to.mac !== undefined) throw new CliError(`arp asks who has an IP address: ${target} is none`)
  const family = to.address === undefined ? undefined : isIpv6(to.address) ? '6' : '4'
  const address = options.source ?? addressOf(from, family)
  if (address === undefined) throw new CliError(`${source} has no address of IPv${family ?? '4'} to send from`)
  if (!parseAddress(address)) throw new CliError(`--source ${address}: an IP address is expected`)
  if (family !== undefined && isIpv6(address) !== (family === '6')) {
    throw new CliError(`--source ${address}: an address of IPv${family} is expected, as of ${target}`)
  }
  const mac = options.sourceMac?.toLowerCase() ?? from.mac
  if (!macForm.test(mac)) throw new CliError(`--source-mac ${mac}: an Ethernet address is expected`)
  return { from, source: { mac, address }, to, target, ask: askOf(what, options) }
}
