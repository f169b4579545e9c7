import { createServer, isIP, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Admission, type AdmissionLimits } from './admission.ts'
import type { ConnectionOptions } from './connection.ts'
import { SwitchError } from './errors.ts'
import { openSession, type Session } from './session.ts'

/** Keys for TLS, as PEM text: switches must show a certificate that `ca` has signed. */
export interface TlsKeys {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

/** Where to listen: a TCP port, or a unix socket. */
export type Endpoint =
  | { readonly host?: string; readonly port: number; readonly tls?: TlsKeys; readonly insecure?: boolean }
  | { readonly path: string }

/** What a listener tells. None of these may throw. */
export interface ListenerEvents {
  readonly up: (session: Session) => void
  /** A connection came to nothing: where it was from, and why. */
  readonly refused: (address: string, reason: string) => void
}

export interface ListenerOptions {
  readonly admission?: Partial<AdmissionLimits>
  readonly connection?: Partial<ConnectionOptions>
}

/** Connections that the system keeps waiting: enough for a thousand switches that come at once. */
const backlog = 4096
const loopback = '127.0.0.1'

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** @throws SwitchError for a plain-text port that others on the network can reach */
const checkExposure = (endpoint: Endpoint): void => {
  if ('path' in endpoint || endpoint.tls || endpoint.insecure || isLoopback(endpoint.host ?? loopback)) return
  throw new SwitchError(
    `listening on ${endpoint.host} without TLS lets anyone on the network program switches: ` +
      'give tls keys, or say insecure: true if the network is trusted',
  )
}

const serverOf = (endpoint: Endpoint, onSocket: (socket: Socket) => void): Server => {
  if (!('path' in endpoint) && endpoint.tls) {
    const options = { ...endpoint.tls, requestCert: true, rejectUnauthorized: true, noDelay: true }
    return createTlsServer(options, onSocket)
  }
  return createServer({ noDelay: true }, onSocket)
}

/** Waits for switches at one endpoint, and makes a session of each that is one. */
export class Listener {
  private readonly server: Server
  private readonly endpoint: Endpoint
  private readonly events: ListenerEvents
  private readonly admission: Admission
  private readonly options: ListenerOptions
  private readonly sockets = new Set<Socket>()

  /** @throws SwitchError for a plain-text port open to the network without `insecure: true` */
  constructor(endpoint: Endpoint, events: ListenerEvents, options: ListenerOptions = {}) {
    checkExposure(endpoint)
    this.endpoint = endpoint
    this.events = events
    this.options = options
    this.admission = new Admission(options.admission)
    this.server = serverOf(endpoint, (socket) => this.accept(socket))
  }

  /** Resolves once it listens. */
  start(): Promise<void> {
    const { endpoint } = this
    const where =
      'path' in endpoint ? { path: endpoint.path } : { host: endpoint.host ?? loopback, port: endpoint.port }
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen({ ...where, backlog }, resolve)
    })
  }

  /** The TCP port, where it was left to the system to choose. */
  get port(): number {
    const address = this.server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Stops listening and ends all connections. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  private accept(socket: Socket): void {
    const address = socket.remoteAddress ?? 'unix socket'
    const refusal = this.admission.enter(address)
    if (refusal !== undefined) {
      socket.destroy()
      this.events.refused(address, refusal)
      return
    }
    this.sockets.add(socket)
    socket.once('close', () => {
      this.sockets.delete(socket)
      this.admission.leave(address)
    })
    void this.shakeHands(socket, address)
  }

  private async shakeHands(socket: Socket, address: string): Promise<void> {
    const from = socket.remotePort === undefined ? address : `${address}:${socket.remotePort}`
    try {
      this.events.up(await openSession(socket, from, this.options.connection))
    } catch (error) {
      this.events.refused(from, (error as Error).message)
    } finally {
      this.admission.settled()
    }
  }
}
