import { IpProtocol } from '../../../controller/packet/ipv4.ts'
import type { Clock } from '../clock.ts'
import type { Passage } from '../pipeline/passage.ts'
import { badTcpFlags, type Connection, CtState, canOpen, isEnd, isFirstSyn, timeoutOf } from './connection.ts'
import { Fragments } from './fragments.ts'
import { chooseReply, type NatRange } from './nat.ts'
import type { Tracked } from './packet.ts'
import { isIcmp, isQuestion, reversed, type Tuple, tupleKey } from './tuple.ts'

/** What connection tracking says of a packet. */
export interface Verdict {
  /** Bits of CtState. */
  readonly state: number
  readonly connection: Connection | undefined
  /** The packet goes the other way than the connection's first. */
  readonly isReply: boolean
}

const invalid: Verdict = { state: CtState.TRK | CtState.INV, connection: undefined, isReply: false }
const fresh: Verdict = { state: CtState.TRK | CtState.NEW, connection: undefined, isReply: false }

interface Found {
  readonly connection: Connection
  readonly isReply: boolean
}

const bothEnded = 3

/** The connections of a switch. A model of Open vSwitch's; there are no helpers. */
export class Conntrack {
  private readonly byTuple = new Map<string, Found>()
  /** Packets that wait until the others of their datagram have come. */
  readonly fragments: Fragments<Passage>
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
    this.fragments = new Fragments(clock)
  }

  private find(zone: number, tuple: Tuple): Found | undefined {
    const found = this.byTuple.get(tupleKey(zone, tuple))
    if (found !== undefined && found.connection.expires <= this.clock.now()) {
      this.forget(found.connection)
      return undefined
    }
    return found
  }

  forget({ zone, original, reply }: Connection): void {
    this.byTuple.delete(tupleKey(zone, original))
    this.byTuple.delete(tupleKey(zone, reply))
  }

  /** Forgets the connections that `matches` names. */
  flush(matches: (connection: Connection) => boolean): void {
    for (const connection of this.connections()) if (matches(connection)) this.forget(connection)
  }

  /** Every connection once. */
  connections(): readonly Connection[] {
    return [...this.byTuple.values()].filter(({ isReply }) => !isReply).map(({ connection }) => connection)
  }

  /** Looks a packet's connection up and brings it up to date. */
  track(packet: Tracked | undefined, zone: number): Verdict {
    if (packet === undefined) return invalid
    if (packet.isError) return this.trackError(packet.tuple, zone)
    const { tuple, tcpFlags } = packet
    const isTcp = tuple.protocol === IpProtocol.TCP
    if (isTcp && badTcpFlags(tcpFlags)) return invalid
    const found = this.find(zone, tuple)
    if (found === undefined) return isTcp ? (canOpen(tcpFlags) ? fresh : invalid) : this.freshOther(tuple)
    if (isTcp && isFirstSyn(tcpFlags) && found.connection.ended === bothEnded) {
      this.forget(found.connection)
      return fresh
    }
    return this.update(found, packet)
  }

  private freshOther({ protocol, dstPort }: Tuple): Verdict {
    return !isIcmp(protocol) || isQuestion(protocol, dstPort) ? fresh : invalid
  }

  private update({ connection, isReply }: Found, { tuple, tcpFlags }: Tracked): Verdict {
    const isTcp = tuple.protocol === IpProtocol.TCP
    if (isReply) connection.seenReply = true
    if (isTcp && isEnd(tcpFlags)) connection.ended |= isReply ? 2 : 1
    connection.expires = this.clock.now() + timeoutOf(connection)
    const isOpening = isTcp ? isFirstSyn(tcpFlags) : true
    const phase = !connection.seenReply && isOpening ? CtState.NEW : CtState.EST
    return { state: CtState.TRK | phase | (isReply ? CtState.RPL : 0), connection, isReply }
  }

  /** An ICMP error belongs to the connection of the packet that it quotes, and goes the other way. */
  private trackError(quoted: Tuple, zone: number): Verdict {
    const found = this.find(zone, reversed(quoted))
    if (found === undefined) return invalid
    const { connection, isReply } = found
    return { state: CtState.TRK | CtState.REL | (isReply ? CtState.RPL : 0), connection, isReply }
  }

  /**
   * Commits a new connection; with a range, translated.
   *
   * @returns undefined where no translation is free
   */
  commit(tuple: Tuple, zone: number, nat: NatRange | undefined): Connection | undefined {
    const isTaken = (reply: Tuple): boolean => this.find(zone, reply) !== undefined
    const reply = nat === undefined ? reversed(tuple) : chooseReply(tuple, nat, isTaken)
    if (reply === undefined) return undefined
    const plain = tupleKey(zone, reply) === tupleKey(zone, reversed(tuple))
    const connection: Connection = {
      zone,
      original: tuple,
      reply,
      nat: plain ? undefined : nat?.side,
      mark: 0,
      label: 0n,
      seenReply: false,
      ended: 0,
      expires: 0,
    }
    connection.expires = this.clock.now() + timeoutOf(connection)
    this.byTuple.set(tupleKey(zone, tuple), { connection, isReply: false })
    this.byTuple.set(tupleKey(zone, reply), { connection, isReply: true })
    return connection
  }
}
