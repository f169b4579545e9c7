import type { Socket } from 'node:net'
import { Acceptor, type AdmissionLimits, type Admitted, type Endpoint, isExposed, sparingly } from '../net/index.ts'
import { OvsdbError } from './errors.ts'
import type { RpcOptions } from './rpc.ts'
import { type Origin, OvsdbSession } from './session.ts'

/** What a listener tells. */
export interface ListenerEvents {
  /** Settles once it is clear whether the session is of use: until then it counts as shaking hands. */
  readonly up: (session: OvsdbSession) => Promise<void>
  /** A connection came to nothing: where it was from, and why; of very many, some are told. It may not throw. */
  readonly refused: (address: string, reason: string) => void
  /** Connections from an address keep coming to nothing: those that follow wait their turn. It may not throw. */
  readonly slowed: (address: string) => void
}

export interface ListenerOptions {
  readonly admission?: Partial<AdmissionLimits>
  readonly rpc?: Partial<RpcOptions>
}

/** @throws OvsdbError for a plain-text port that others on the network can reach */
const checkExposure = (endpoint: Endpoint): void => {
  if ('path' in endpoint || !isExposed(endpoint)) return
  throw new OvsdbError(
    `listening on ${endpoint.host} without TLS lets anyone on the network pass for a host: ` +
      'give tls keys, or say insecure: true if the network is trusted',
  )
}

/** An IPv4 address comes as such, also where the socket takes both families. */
const plainAddress = (address: string | undefined): string | undefined => address?.replace(/^::ffff:(?=\d+\.)/, '')

const originIn = ({ remoteAddress, localAddress }: Socket, text: string): Origin => ({
  text: plainAddress(text) ?? text,
  ...(remoteAddress === undefined
    ? {}
    : { remoteAddress: plainAddress(remoteAddress), localAddress: plainAddress(localAddress) }),
})

/** Waits for database servers that were told `ovs-vsctl set-manager`, at one endpoint. */
export class Listener {
  private readonly acceptor: Acceptor
  private readonly events: ListenerEvents
  private readonly options: ListenerOptions

  /** @throws OvsdbError for a plain-text port open to the network without `insecure: true` */
  constructor(endpoint: Endpoint, events: ListenerEvents, options: ListenerOptions = {}) {
    checkExposure(endpoint)
    this.events = { ...events, refused: sparingly(events.refused) }
    this.options = options
    const accepted = (socket: Socket, text: string, admitted: Admitted) => void this.open(socket, text, admitted)
    this.acceptor = new Acceptor(endpoint, { ...this.events, accepted }, options.admission)
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

  private async open(socket: Socket, text: string, admitted: Admitted): Promise<void> {
    const session = new OvsdbSession(socket, originIn(socket, text), this.options.rpc)
    try {
      await this.events.up(session)
      admitted.settled(true)
    } catch (error) {
      admitted.settled(false)
      session.close((error as Error).message)
      this.events.refused(session.origin.text, (error as Error).message)
    }
  }
}
