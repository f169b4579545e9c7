import { formatAddress, matchField, openflow, packet } from '../../../controller/index.ts'

/** Two ends of a connection, with ports where its protocol has some. */
export interface Ends {
  readonly from: string
  readonly to: string
}

/** A connection that began with a translation. */
export interface Translated {
  /** When it was seen, in milliseconds since 1970. */
  readonly at: number
  readonly router: string
  readonly host: string
  readonly protocol: string
  /** As who began it sent it. */
  readonly before: Ends
  /** As it was passed on. */
  readonly after: Ends
}

const { EtherType } = openflow

const protocols: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp' }
/** Their ports are no types of messages. */
const withPorts: readonly number[] = [6, 17, 132]

const ended = (number: number | bigint, family: 4 | 6, port: number | undefined): string => {
  const address = formatAddress({ family, number: BigInt(number) })
  if (port === undefined) return address
  return family === 4 ? `${address}:${port}` : `[${address}]:${port}`
}

/** The connection as it began: what connection tracking says beside the packet. */
const beforeIn = (match: openflow.Match, family: 4 | 6, hasPorts: boolean): Ends => {
  const value = (key: openflow.FieldKey): bigint => BigInt(matchField(match, key)?.value ?? 0)
  const port = (key: openflow.FieldKey): number | undefined => (hasPorts ? Number(value(key)) : undefined)
  return {
    from: ended(value(family === 4 ? 'ctNwSrc' : 'ctIpv6Src'), family, port('ctTpSrc')),
    to: ended(value(family === 4 ? 'ctNwDst' : 'ctIpv6Dst'), family, port('ctTpDst')),
  }
}

const afterIn = ({ ipv4, ipv6, tcp, udp }: packet.Packet, family: 4 | 6): Ends | undefined => {
  const ip = ipv4 ?? ipv6
  const ports = tcp ?? udp
  return ip && { from: ended(ip.src, family, ports?.src), to: ended(ip.dst, family, ports?.dst) }
}

/** What the first packet of a connection says, once it is translated; undefined for what is no such packet. */
export const translatedIn = (
  match: openflow.Match,
  frame: Uint8Array,
): (Pick<Translated, 'protocol' | 'before' | 'after'> & { readonly zone: number }) | undefined => {
  const read = packet.parsePacket(frame)
  const number = read.ipv4?.protocol ?? read.ipv6?.upper.protocol
  const family = read.eth?.etherType === EtherType.IPV6 ? 6 : 4
  const after = afterIn(read, family)
  if (number === undefined || !after) return undefined
  return {
    protocol: protocols[number] ?? String(number),
    zone: Number(matchField(match, 'ctZone')?.value ?? 0),
    before: beforeIn(match, family, withPorts.includes(number)),
    after,
  }
}

/** The newest connections, as many as there is room for. */
export class Recorder {
  private readonly most: number
  private all: Translated[] = []

  constructor(most: number) {
    this.most = most
  }

  add(one: Translated): void {
    this.all.push(one)
    // Half as much again may be there, so that not each one moves all the others.
    if (this.all.length > 1.5 * this.most) this.all = this.all.slice(-this.most)
  }

  /** The newest first. */
  newest(limit: number, router?: string): readonly Translated[] {
    const found = router === undefined ? this.all : this.all.filter((one) => one.router === router)
    return found.slice(-Math.min(limit, this.most)).reverse()
  }
}
