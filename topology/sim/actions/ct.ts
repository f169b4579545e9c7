import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { CtFlags, NO_TABLE } from '../../../controller/openflow/actions/conntrack.ts'
import { type Connection, CtState } from '../conntrack/connection.ts'
import type { Verdict } from '../conntrack/conntrack.ts'
import { rangeOf } from '../conntrack/nat.ts'
import { type Tracked, tracked } from '../conntrack/packet.ts'
import { translate } from '../conntrack/translate.ts'
import { isIcmp, type Tuple } from '../conntrack/tuple.ts'
import { getWords, setBits } from '../pipeline/bits.ts'
import { Fragment, type Key, Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Some, StepOf } from './executor.ts'
import { fieldExecutors } from './field.ts'
import { readField } from './field-access.ts'

type Ct = StepOf<'ct'>

/** Times that a packet may start anew after tracking. */
const mostRestarts = 6
const firstCtWord = Word.CT_STATE
const ctWords = Word.TUN_ID - Word.CT_STATE

const clearCt = (key: Key): void => {
  key.fill(0, firstCtWord, firstCtWord + ctWords)
}

const label = { word: Word.CT_LABEL, width: 128, shift: 0 } as const

const showOriginal = (key: Key, { isIpv6, src, dst, protocol, srcPort, dstPort }: Tuple): void => {
  const width = isIpv6 ? 128 : 32
  setBits(key, { word: isIpv6 ? Word.CT_IPV6_SRC : Word.CT_NW_SRC, width, shift: 0 }, 0, width, src)
  setBits(key, { word: isIpv6 ? Word.CT_IPV6_DST : Word.CT_NW_DST, width, shift: 0 }, 0, width, dst)
  key[Word.CT_PROTO] = protocol
  // Of ICMP, type and code; those that begin connections have the code 0.
  key[Word.CT_PORTS] = isIcmp(protocol) ? dstPort << 16 : (srcPort << 16) | dstPort
}

const showVerdict = (
  key: Key,
  state: number,
  zone: number,
  connection: Connection | undefined,
  tuple?: Tuple,
): void => {
  clearCt(key)
  key[Word.CT_STATE] = state
  key[Word.CT_ZONE] = zone
  key[Word.CT_MARK] = (connection?.mark ?? 0) | 0
  setBits(key, label, 0, 128, connection?.label ?? 0n)
  if (tuple) showOriginal(key, connection?.original ?? tuple)
  // As in Open vSwitch: only the first fragment shows ports, those of its connection too.
  if (((key[Word.IP] as number) & Fragment.LATER) !== 0) key[Word.CT_PORTS] = 0
}

/** Runs the writes to ct_mark and ct_label of exec(…) on the connection. */
const writeConnection = (passage: Passage, connection: Connection, actions: readonly Action[]): void => {
  const { key } = passage
  const saved = key.slice()
  key[Word.CT_MARK] = connection.mark | 0
  setBits(key, label, 0, 128, connection.label)
  for (const action of actions) {
    const write = fieldExecutors[action.type as keyof typeof fieldExecutors] as
      | ((passage: Passage, action: Action) => void)
      | undefined
    write?.(passage, action)
  }
  connection.mark = (key[Word.CT_MARK] as number) >>> 0
  connection.label = getWords(key, Word.CT_LABEL, 4)
  key.set(saved)
}

interface Outcome {
  readonly state: number
  readonly connection: Connection | undefined
}

/** Which side of this packet its connection's translation changes. */
const natState = ({ nat }: Connection, isReply: boolean): number => {
  if (nat === undefined) return 0
  return (nat === 'src') === isReply ? CtState.DNAT : CtState.SNAT
}

/** Commits a new connection where asked; the connection that the packet has now. */
const commit = (passage: Passage, ct: Ct, zone: number, packet: Tracked, verdict: Verdict): Outcome => {
  const { conntrack } = passage.datapath
  if ((ct.flags & CtFlags.COMMIT) === 0) return verdict
  const isForced = (ct.flags & CtFlags.FORCE) !== 0 && verdict.isReply && verdict.connection !== undefined
  if (isForced && verdict.connection) conntrack.forget(verdict.connection)
  const isNew = isForced || (verdict.connection === undefined && (verdict.state & CtState.NEW) !== 0)
  if (!isNew) return verdict
  const nat = ct.actions.find((action) => action.type === 'nat')
  const connection = conntrack.commit(packet.tuple, zone, nat && rangeOf(nat))
  if (connection === undefined) return { state: CtState.TRK | CtState.INV, connection: undefined }
  return { state: CtState.TRK | CtState.NEW, connection }
}

/**
 * Fragments wait for the others of their datagram, and go on together when all have come; they are what
 * the whole is, and the first says what that is.
 */
const trackFragment = (passage: Passage, ct: Ct, zone: number): void => {
  const rest = passage.pause()
  const parts = passage.datapath.conntrack.fragments.gather(zone, rest.frame, rest)
  const [first] = parts
  if (!first) return
  const packet = tracked(first.key, first.frame, first.layout)
  for (const part of parts) {
    const again = part.resume(passage.report, part.frame, () => undefined)
    trackPart(again, ct, zone, packet)
    clearCt(again.key)
    again.run()
  }
}

const track = (passage: Passage, ct: Ct, zone: number): void => {
  const frame = passage.commit()
  if (((passage.key[Word.IP] as number) & Fragment.ANY) !== 0) trackFragment(passage, ct, zone)
  else trackPart(passage, ct, zone, tracked(passage.key, frame, passage.layout))
}

const trackPart = (passage: Passage, ct: Ct, zone: number, packet: Tracked | undefined): void => {
  const verdict = passage.datapath.conntrack.track(packet, zone)
  const { state, connection } = packet ? commit(passage, ct, zone, packet, verdict) : verdict
  const now: Verdict = { state, connection, isReply: verdict.isReply && connection === verdict.connection }
  let bits = state
  if (connection && packet) {
    if ((ct.flags & CtFlags.COMMIT) !== 0) writeConnection(passage, connection, ct.actions)
    if (connection.nat && ct.actions.some(({ type }) => type === 'nat')) {
      translate(passage, connection, now, packet.isError)
      bits |= natState(connection, now.isReply)
    }
  }
  if (ct.table === NO_TABLE) return
  if (passage.restarts >= mostRestarts) {
    passage.note('dropped: tracked too often')
    return
  }
  const fork = passage.fork()
  showVerdict(fork.key, bits, zone, connection, packet?.tuple)
  fork.table(ct.table)
  fork.run()
}

/** Actions of connection tracking. */
export const ctExecutors: Some<'ct' | 'ctClear'> = {
  ct(passage, step) {
    const zone = typeof step.zone === 'number' ? step.zone : Number(readField(passage, step.zone) ?? 0n)
    track(passage, step, zone)
    // What tracking says is known only in the table that it leads to.
    clearCt(passage.key)
  },
  ctClear: ({ key }) => clearCt(key),
}
