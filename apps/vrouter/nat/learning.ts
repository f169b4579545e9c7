// How neighbours outside are found: asked for when there is a packet for them, and asked again while they answer.
import {
  type AppContext,
  type AttachmentFact,
  formatAddress,
  type GatewayFact,
  matchField,
  networkMask,
  openflow,
  outsideKey,
  type PacketInView,
  packet,
  setField,
  siteKey,
} from '../../../controller/index.ts'
import type { collections } from './collections.ts'
import { toOutside } from './fields.ts'
import {
  freshness,
  isDue,
  isInVain,
  mostNeighbours,
  neighbourKey,
  type Question,
  type Station,
  type Waiting,
  withOneMore,
} from './neighbours.ts'

export type Context = AppContext<typeof collections>
type Action = openflow.Action

const { NO_BUFFER, Port } = openflow
const { familyOf } = packet

/** Sends a frame into a physical network. */
export const sendOutside = (
  { send }: Context,
  attachment: AttachmentFact,
  data: Uint8Array,
  before: readonly Action[] = [],
): void =>
  send(attachment.dpid, {
    ...{ type: 'packetOut', bufferId: NO_BUFFER, inPort: Port.CONTROLLER, data },
    actions: [...before, ...toOutside(attachment)],
  })

const ask = (context: Context, question: Question): void => {
  const { questions, neighbours } = context.collections
  const { attachment, from, address } = question
  if (questions.size + neighbours.size > 2 * mostNeighbours) return
  questions.set(neighbourKey(attachment.network, address), question)
  sendOutside(context, attachment, packet.questionFrame(from, address))
}

/** The next hop of a punted packet, as its registers say. */
const nextHopOf = (match: openflow.Match, family: 4 | 6): string => {
  const word = (key: openflow.FieldKey): bigint => BigInt(matchField(match, key)?.value ?? 0)
  if (family === 4) return formatAddress({ family, number: word('reg7') })
  const words = [word('reg4'), word('reg5'), word('reg6'), word('reg7')]
  const number = matchField(match, 'xxreg1')?.value ?? words.reduce((all, one) => (all << 32n) | one, 0n)
  return formatAddress({ family, number: BigInt(number) })
}

/** A packet to a neighbour that is not known waits, and the neighbour is asked for, by who sends the packet. */
export const missed = (punted: PacketInView, attachment: AttachmentFact, now: number, context: Context): void => {
  const frame = punted.data()
  const { eth, ipv4, ipv6 } = packet.parsePacket(frame)
  if (!eth || (!ipv4 && !ipv6)) return
  const family = ipv4 ? 4 : 6
  const number = BigInt(ipv4?.src ?? ipv6?.src ?? 0)
  const address = nextHopOf(punted.match(), family)
  const key = neighbourKey(attachment.network, address)
  const { questions, neighbours, waiting } = context.collections
  const neighbour = neighbours.get(key)
  // It came before the flow that leads to the neighbour did.
  if (neighbour) {
    sendOn({ attachment, frame }, neighbour.mac, context)
    return
  }
  const known = questions.get(key)
  const from = { mac: eth.src, address: formatAddress({ family, number }) }
  if (isDue(known, now)) ask(context, { attachment, from, address, asked: now, times: (known?.times ?? 0) + 1 })
  const packets = withOneMore(waiting.get(key), { attachment, frame }, waiting.size)
  if (packets && questions.has(key)) waiting.set(key, packets)
}

const sendOn = ({ attachment, frame }: Waiting, mac: number, context: Context): void =>
  sendOutside(context, attachment, frame, [setField('ethDst', mac)])

/** What an answer says; undefined for other packets. */
const answerIn = (frame: Uint8Array): Station | undefined => {
  const { arp, neighbor } = packet.parsePacket(frame)
  if (arp) return { mac: arp.sha, address: formatAddress({ family: 4, number: BigInt(arp.spa) }) }
  if (neighbor?.tll === undefined) return undefined
  return { mac: neighbor.tll, address: formatAddress({ family: 6, number: neighbor.target }) }
}

/** An answer of a neighbour that was asked for, or that is at another Ethernet address now. */
export const heard = (punted: PacketInView, attachment: AttachmentFact, now: number, context: Context): void => {
  const { questions, neighbours, waiting } = context.collections
  const answer = answerIn(punted.data())
  const key = answer && neighbourKey(attachment.network, answer.address)
  const question = key === undefined ? undefined : questions.get(key)
  if (!answer || key === undefined || !question || packet.isGroupMac(answer.mac) || answer.mac === 0) return
  const { network, vni } = attachment
  if (neighbours.get(key)?.mac !== answer.mac) neighbours.set(key, { network, vni, ...answer })
  for (const packet of waiting.get(key) ?? []) sendOn(packet, answer.mac, context)
  waiting.delete(key)
  questions.set(key, { ...question, asked: now, times: 0 })
}

/** An address of ours that may ask in a network, and the host that has it; of one router where that is given. */
const speakerFor = (
  { network, router }: Pick<GatewayFact, 'network'> & { readonly router?: string },
  family: 4 | 6,
  { collections: { routers, outsides, attachments } }: Context,
): Pick<Question, 'attachment' | 'from'> | undefined => {
  const own = router === undefined ? undefined : routers.get(router)?.external?.addresses
  const keys = own ? own.map((address) => outsideKey(network, address)) : outsides.keys()
  for (const key of keys) {
    const outside = outsides.get(key)
    if (outside?.network !== network || familyOf(outside.address) !== family || outside.dpid === undefined) continue
    const attachment = attachments.get(siteKey(network, outside.dpid))
    if (attachment) return { attachment, from: { mac: outside.mac, address: outside.address } }
  }
  return undefined
}

/** Who asked may have moved since. */
const stillRight = ({ attachment, from }: Question, { collections: { outsides, attachments } }: Context): boolean => {
  const outside = outsides.get(outsideKey(attachment.network, from.address))
  const key = siteKey(attachment.network, attachment.dpid)
  return outside?.mac === from.mac && outside.dpid === attachment.dpid && attachments.get(key) === attachment
}

const askAgain = (question: Question, now: number, context: Context): void => {
  const { network } = question.attachment
  const speaker = stillRight(question, context)
    ? question
    : speakerFor({ network }, familyOf(question.address), context)
  if (!speaker) forget(question, context)
  else if (context.switches.has(speaker.attachment.dpid)) {
    const { attachment, from } = speaker
    ask(context, { ...question, attachment, from, asked: now, times: question.times + 1 })
  }
}

const forget = ({ attachment, address }: Question, { collections }: Context): void => {
  const key = neighbourKey(attachment.network, address)
  collections.questions.delete(key)
  collections.neighbours.delete(key)
  collections.waiting.delete(key)
}

/** Asks for routers that lead on from outside, before there is a packet for them; and for neighbours of before. */
const begin = (now: number, context: Context): void => {
  const { gateways, questions, neighbours } = context.collections
  const start = (where: Pick<GatewayFact, 'network'> & { readonly router?: string }, address: string): void => {
    if (questions.has(neighbourKey(where.network, address))) return
    const speaker = speakerFor(where, familyOf(address), context)
    if (!speaker || !context.switches.has(speaker.attachment.dpid)) return
    ask(context, { ...speaker, address, asked: now, times: 1 })
  }
  for (const [, gateway] of gateways.entries()) {
    for (const range of gateway.subnets) if (range.gateway !== undefined) start(gateway, range.gateway)
  }
  for (const [, { network, address }] of neighbours.entries()) start({ network }, address)
}

/** Once a second. @param lost is given the packets for a neighbour that does not answer */
export const refresh = (now: number, context: Context, lost: (packets: readonly Waiting[]) => void): void => {
  begin(now, context)
  for (const [, question] of [...context.collections.questions.entries()]) {
    if (question.times === 0) {
      if (now - question.asked >= freshness) askAgain(question, now, context)
    } else if (isInVain(question, now)) {
      lost(context.collections.waiting.get(neighbourKey(question.attachment.network, question.address)) ?? [])
      forget(question, context)
    } else if (isDue(question, now)) askAgain(question, now, context)
  }
}

/** The neighbour that a flow leads to. */
export const neighbourIn = (flow: {
  readonly match: openflow.Match
  readonly instructions: readonly openflow.Instruction[]
}) => {
  const [actions = []] = flow.instructions.flatMap((one) => (one.type === 'applyActions' ? [one.actions] : []))
  const [oxm] = actions.flatMap((one) => (one.type === 'setField' && one.oxm.field.key === 'ethDst' ? [one.oxm] : []))
  const vni = Number(matchField(flow.match, 'reg0')?.value ?? 0) & networkMask
  const family = matchField(flow.match, 'ethType')?.value === openflow.EtherType.IPV6 ? 6 : 4
  return oxm && { vni, mac: Number(oxm.value), address: nextHopOf(flow.match, family) }
}
