import { type Nat, NatFlags } from '../../../controller/openflow/actions/nat.ts'
import { isIcmp, reversed, type Tuple } from './tuple.ts'

/** To what the first direction's source or destination is changed. */
export interface NatRange {
  readonly side: 'src' | 'dst'
  /** Undefined for the address that it has. */
  readonly addresses: readonly [min: bigint, max: bigint] | undefined
  readonly ports: readonly [min: number, max: number] | undefined
}

/** The range that a nat action names; undefined where it only translates what is translated already. */
export const rangeOf = (nat: Nat): NatRange | undefined => {
  if ((nat.flags & (NatFlags.SRC | NatFlags.DST)) === 0) return undefined
  const min = nat.ipv4Min ?? nat.ipv6Min
  const max = nat.ipv4Max ?? nat.ipv6Max ?? min
  return {
    side: (nat.flags & NatFlags.SRC) === 0 ? 'dst' : 'src',
    addresses: min === undefined || max === undefined ? undefined : [BigInt(min), BigInt(max)],
    ports: nat.portMin === undefined ? undefined : [nat.portMin, nat.portMax ?? nat.portMin],
  }
}

/** Ports that are tried where the connection's own is taken and no range is given. */
const ephemeral = [1024, 65535] as const
const mostTries = 4096

/** The same for the packets of a host, so that it keeps its address. */
const hash = ({ src, dst }: Tuple): bigint => (src * 0x9e3779b1n + dst * 0x85ebca6bn) >> 7n

function* addressesFrom(tuple: Tuple, range: NatRange): Generator<bigint> {
  const { addresses, side } = range
  if (addresses === undefined) {
    yield side === 'src' ? tuple.src : tuple.dst
    return
  }
  const count = addresses[1] - addresses[0] + 1n
  const start = hash(tuple) % count
  for (let index = 0n; index < count; index++) yield addresses[0] + ((start + index) % count)
}

function* portsFrom(own: number, { ports, side }: NatRange, fixed: boolean): Generator<number> {
  if (fixed || (ports === undefined && side === 'dst')) {
    yield own
    return
  }
  const [min, max] = ports ?? ephemeral
  const count = max - min + 1
  const isInside = own >= min && own <= max
  if (ports === undefined || isInside) yield own
  const start = isInside ? own - min : 0
  for (let index = 0; index < count; index++) yield min + ((start + index) % count)
}

/** The answer's tuple where the first direction's source or destination is changed. */
const replyWith = (tuple: Tuple, side: 'src' | 'dst', address: bigint, port: number): Tuple => {
  const plain = reversed(tuple)
  if (isIcmp(tuple.protocol))
    return { ...plain, srcPort: port, ...(side === 'src' ? { dst: address } : { src: address }) }
  return side === 'src' ? { ...plain, dst: address, dstPort: port } : { ...plain, src: address, srcPort: port }
}

const hasPorts = (protocol: number): boolean => isIcmp(protocol) || [6, 17, 132].includes(protocol)

/** The tuple that answers will have: of an address and port of the range that is free; undefined where none is. */
export const chooseReply = (tuple: Tuple, range: NatRange, isTaken: (reply: Tuple) => boolean): Tuple | undefined => {
  const { side } = range
  const own = isIcmp(tuple.protocol) || side === 'src' ? tuple.srcPort : tuple.dstPort
  // The identifier of an ICMP query is no destination.
  const fixed = !hasPorts(tuple.protocol) || (isIcmp(tuple.protocol) && side === 'dst')
  let tries = 0
  for (const address of addressesFrom(tuple, range)) {
    for (const port of portsFrom(own, range, fixed)) {
      const reply = replyWith(tuple, side, address, port)
      if (!isTaken(reply)) return reply
      if (++tries >= mostTries) return undefined
    }
  }
  return undefined
}
