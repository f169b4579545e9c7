import type { Socket } from 'node:net'
import { Acceptor, type AdmissionLimits, type Admitted, type Endpoint, isExposed } from '../net/index.ts'
import { SwitchError } from './errors.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

export type { Endpoint, TlsKeys } from '../net/index.ts'

/** What a listener tells. None of these may throw. */
export interface ListenerEvents {
  readonly up: (session: Session) => void
  /** A connection came to nothing: where it was from, and why. */
  readonly refused: (address: string, reason: string) => void
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
  private readonly options: ListenerOptions

  /** @throws SwitchError for a plain-text port open to the network without `insecure: true` */
  constructor(endpoint: Endpoint, events: ListenerEvents, options: ListenerOptions = {}) {
    checkExposure(endpoint)
    this.events = events
    this.options = options
    const accepted = (socket: Socket, origin: string, admitted: Admitted) =>
      void this.shakeHands(socket, origin, admitted)
    this.acceptor = new Acceptor(endpoint, { accepted, refused: events.refused }, options.admission)
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

  private async shakeHands(socket: Socket, origin: string, admitted: Admitted): Promise<void> {
    try {
      this.events.up(await openSession(socket, origin, this.options.connection))
    } catch (error) {
      this.events.refused(origin, (error as Error).message)
    } finally {
      admitted.settled()
    }
  }
}
