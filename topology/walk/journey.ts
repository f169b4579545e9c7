import { ipv4Of, ipv6Of, isIpv6, questionFrame } from '../../controller/packet/index.ts'
import { type Ask, addressTexts, frameOf, plainFrame, replyTo, toldMac } from './frames.ts'
import { type Verdict, verdict } from './verdict.ts'
import type { Place, Walk, Walker } from './walk.ts'
import type { WalkPort } from './world.ts'

/** The question for the Ethernet address of a packet's next hop. */
export interface Question {
  readonly address: string
  /** Undefined where it could not be asked. */
  readonly frame: Uint8Array | undefined
  readonly walk: Walk
  readonly verdict: Verdict
  /** Undefined where nobody has told it. */
  readonly mac: string | undefined
}

/** A packet on its way from a container, or back to it. */
export interface Journey {
  /** Undefined where its sender knows the Ethernet address without asking. */
  readonly question?: Question
  /** As it was sent; undefined where it never was. */
  readonly frame: Uint8Array | undefined
  readonly walk: Walk
  readonly verdict: Verdict
}

/** Where a packet is to go: to an IP address, an Ethernet address, or both. */
export interface Destination {
  readonly address: string | undefined
  /** Asked for unless given. */
  readonly mac: string | undefined
  /** The port that it is meant for, where that is known. */
  readonly port: string | undefined
}

/** Addresses that a container sends under. */
export interface Source {
  readonly mac: string
  readonly address: string | undefined
}

const nowhere: Walk = { visits: [] }

/** Ethernet address of a group or of all (RFC 1112 §6.4, RFC 2464 §7); undefined for the address of one. */
const groupMac = (address: string): string | undefined => {
  const hex = (value: number): string => value.toString(16).padStart(2, '0')
  if (isIpv6(address)) {
    const value = ipv6Of(address)
    if (value >> 120n !== 0xffn) return undefined
    return ['33', '33', ...[24n, 16n, 8n, 0n].map((shift) => hex(Number((value >> shift) & 0xffn)))].join(':')
  }
  const value = ipv4Of(address)
  if (value === 0xffff_ffff) return 'ff:ff:ff:ff:ff:ff'
  if (value >>> 28 !== 0xe) return undefined
  return ['01', '00', '5e', hex((value >>> 16) & 0x7f), hex((value >>> 8) & 0xff), hex(value & 0xff)].join(':')
}

const placeOf = ({ host, ofport }: WalkPort): Place | undefined =>
  host === undefined || ofport === undefined ? undefined : { host, ofport }

/** Under its own address of a family, a container says the truth. */
const honestly = ({ mac, addresses }: WalkPort, about: string): Source => ({
  mac,
  address: addresses.find((one) => isIpv6(one) === isIpv6(about)),
})

const nobodyAsked = (address: string, why: Verdict): Question => ({
  ...{ address, frame: undefined, walk: nowhere, verdict: why, mac: undefined },
})

const unplugged = ({ id }: WalkPort): Verdict => ({
  ...{ is: 'lost', host: '', why: `${id} is plugged in on no host`, step: undefined },
})

/**
 * Asks as a container does who has an address of its network.
 *
 * @param source what stands in the question as its sender; what is true unless given
 */
export const question = async (
  walker: Walker,
  from: WalkPort,
  address: string,
  source: Source = honestly(from, address),
): Promise<Question> => {
  const place = placeOf(from)
  if (!place) return nobodyAsked(address, unplugged(from))
  if (source.address === undefined) return nobodyAsked(address, { is: 'unrouted', address })
  const frame = questionFrame({ mac: source.mac, address: source.address }, address)
  const walk = await walker.walk(place, frame)
  const backs = walk.visits.flatMap(({ ends }) =>
    ends.flatMap((end) => (end.is === 'back' ? [toldMac(end.frame)] : [])),
  )
  // Where questions are not answered by flows but flooded, the container itself answers.
  const heard = walk.visits.flatMap(({ ends }) => ends.flatMap((end) => (end.is === 'delivered' ? [end.port] : [])))
  const owner = walker.world.ports.find(({ id, addresses }) => heard.includes(id) && addresses.includes(address))
  const mac = backs.find((one) => one !== undefined) ?? owner?.mac
  return { address, frame, walk, verdict: verdict(walk, owner?.id), mac }
}

const neverSent = (why: Verdict, asked?: Question): Journey => ({
  ...(asked ? { question: asked } : {}),
  ...{ frame: undefined, walk: nowhere, verdict: why },
})

/** The Ethernet address that a container sends to for an IP address, with the question where it has to ask. */
const resolve = async (
  walker: Walker,
  from: WalkPort,
  address: string,
): Promise<{ mac: string; asked?: Question } | Journey> => {
  const group = groupMac(address)
  if (group !== undefined) return { mac: group }
  const hop = walker.world.nextHop(from, address)
  if (hop === undefined) return neverSent({ is: 'unrouted', address })
  const asked = await question(walker, from, hop)
  const { mac } = asked
  return mac === undefined ? neverSent({ is: 'unresolved', address: hop, why: asked.verdict }, asked) : { mac, asked }
}

/**
 * Sends a packet as a container would, and follows it: asks for the Ethernet address of the next hop
 * first, then sends the packet there.
 *
 * @param source what stands in the packet as its sender: a container may lie
 */
export const journey = async (
  walker: Walker,
  from: WalkPort,
  source: Source,
  to: Destination,
  ask: Ask,
): Promise<Journey> => {
  const place = placeOf(from)
  if (!place) return neverSent(unplugged(from))
  const found = to.mac === undefined ? await resolve(walker, from, to.address ?? '') : { mac: to.mac }
  if (!('mac' in found)) return found
  const { mac, asked } = { asked: undefined, ...found }
  const link = { src: source.mac, dst: mac }
  const frame =
    source.address === undefined || to.address === undefined
      ? plainFrame(link, ask.marker)
      : frameOf(link, { src: source.address, dst: to.address }, ask)
  const walk = await walker.walk(place, frame)
  return { ...(asked ? { question: asked } : {}), frame, walk, verdict: verdict(walk, to.port) }
}

/** Follows what the receiver of a packet sends back; undefined where nobody has received it, or would answer. */
export const replyJourney = async (walker: Walker, there: Journey, from: WalkPort): Promise<Journey | undefined> => {
  const arrived = there.verdict
  if (arrived.is === 'left') {
    const frame = replyTo(arrived.frame)
    if (!frame) return undefined
    const walk = await walker.walk({ host: arrived.host, ofport: arrived.ofport }, frame)
    return { frame, walk, verdict: verdict(walk, from.id) }
  }
  if (arrived.is !== 'delivered') return undefined
  const receiver = walker.world.ports.find(({ id }) => id === arrived.port)
  const src = addressTexts(arrived.frame)?.src
  if (!receiver || src === undefined || !replyTo(arrived.frame)) return undefined
  const found = await resolve(walker, receiver, src)
  if (!('mac' in found)) return found
  const frame = replyTo(arrived.frame, found.mac)
  if (!frame) return undefined
  const walk = await walker.walk({ host: arrived.host, ofport: arrived.ofport }, frame)
  return { ...(found.asked ? { question: found.asked } : {}), frame, walk, verdict: verdict(walk, from.id) }
}
