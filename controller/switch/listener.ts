import type { Socket } from 'node:net'
import {
  Acceptor,
  type AdmissionLimits,
  type Admitted,
  type Endpoint,
  isExposed,
  sharedReads,
  sparingly,
} from '../net/index.ts'
import { Buffers } from '../openflow/index.ts'
import { SwitchError } from './errors.ts'
import { openSession, type SessionOptions } from './opening.ts'
import type { Session } from './session.ts'
import type { Session10 } from './session10.ts'
import { Turns } from './turns.ts'

export type { Endpoint, TlsKeys } from '../net/index.ts'

/** What a listener tells. None of these may throw. */
export interface ListenerEvents {
  readonly up: (session: Session) => void
  /** A switch that speaks OpenFlow 1.0; its packets wait until it is attached, in this call. */
  readonly up10: (session: Session10) => void
  /** A connection came to nothing: where it was from, and why; of very many, some are told. */
  readonly refused: (address: string, reason: string) => void
  /** Connections from an address keep coming to nothing: those that follow wait their turn. */
  readonly slowed: (address: string) => void
}

export interface ListenerOptions {
  readonly admission?: Partial<AdmissionLimits>
  readonly connection?: Partial<SessionOptions>
}

/** @throws SwitchError for a plain-text port that others on the network can reach */
const checkExposure = (endpoint: Endpoint): void => {
  if ('path' in endpoint || !isExposed(endpoint)) return
  throw new SwitchError(
    `listening on ${endpoint.host} without TLS lets anyone on the network program switches: ` +
      'give tls keys, or say insecure: true if the network is trusted',
  )
}

/** Waits for switches at one endpoint, and makes a session of each that is one. */
export class Listener {
  private readonly acceptor: Acceptor
  private readonly events: ListenerEvents
  private readonly connection: Partial<SessionOptions>
  private readonly turns: Turns

  /** @throws SwitchError for a plain-text port open to the network without `insecure: true` */
  constructor(endpoint: Endpoint, events: ListenerEvents, options: ListenerOptions = {}) {
    checkExposure(endpoint)
    this.events = { ...events, refused: sparingly(events.refused) }
    this.turns = options.connection?.turns ?? new Turns()
    this.connection = { turns: this.turns, buffers: new Buffers(), ...options.connection }
    const accepted = (socket: Socket, origin: string, admitted: Admitted) => this.shakeHands(socket, origin, admitted)
    this.acceptor = new Acceptor(endpoint, { ...this.events, accepted }, options.admission, sharedReads())
  }

  /** Resolves once it listens. A unix socket that a killed process left behind is taken over. */
  start(): Promise<void> {
    return this.acceptor.start()
  }

  /** The TCP port, where it was left to the system to choose. */
  get port(): number {
    return this.acceptor.port
  }

  /** Stops listening and ends all connections. */
  stop(): Promise<void> {
    return this.acceptor.stop()
  }

  private shakeHands(socket: Socket, origin: string, admitted: Admitted): void {
    this.turns.connected()
    const { events } = this
    const settled =
      <T>(success: boolean, then: (outcome: T) => void) =>
      (outcome: T): void => {
        admitted.settled(success)
        then(outcome)
      }
    const outcomes = {
      up: settled(true, events.up),
      up10: settled(true, events.up10),
      failed: settled(false, (reason: string) => events.refused(origin, reason)),
    }
    this.turns.newcomer(() => {
      if (socket.destroyed) outcomes.failed('the connection was closed')
      else openSession(socket, origin, outcomes, this.connection)
    })
  }
}
