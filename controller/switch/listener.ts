import { createServer, isIP, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Admission, type AdmissionLimits, type Admitted } from './admission.ts'
import { SwitchError } from './errors.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import { removeStaleSocket } from './stale-socket.ts'

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
  readonly connection?: Partial<SessionOptions>
}

/** Connections that the system keeps waiting: enough for a thousand switches that come at once. */
const backlog = 4096
const loopback = '127.0.0.1'
/** Milliseconds to agree on TLS. */
const tlsDeadline = 5_000

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

/** Where a connection comes from, for people to read; of TCP connections no two open ones share it. */
const originOf = ({ remoteAddress, remotePort }: Socket): string =>
  remoteAddress === undefined ? 'unix socket' : `${remoteAddress}:${remotePort}`

/** Waits for switches at one endpoint, and makes a session of each that is one. */
export class Listener {
  private readonly server: Server
  private readonly endpoint: Endpoint
  private readonly events: ListenerEvents
  private readonly admission: Admission
  private readonly options: ListenerOptions
  private readonly sockets = new Set<Socket>()
  /** Connections that are agreeing on TLS, by origin. */
  private readonly agreeing = new Map<string, Admitted>()

  /** @throws SwitchError for a plain-text port open to the network without `insecure: true` */
  constructor(endpoint: Endpoint, events: ListenerEvents, options: ListenerOptions = {}) {
    checkExposure(endpoint)
    this.endpoint = endpoint
    this.events = events
    this.options = options
    this.admission = new Admission(options.admission)
    this.server = 'tls' in endpoint && endpoint.tls ? this.tlsServer(endpoint.tls) : this.plainServer()
  }

  private plainServer(): Server {
    return createServer({ noDelay: true }, (socket) => {
      const admitted = this.admit(socket)
      if (admitted) void this.shakeHands(socket, originOf(socket), admitted)
    })
  }

  /** Connections count from their first byte: also one that never agrees on TLS takes up room. */
  private tlsServer(keys: TlsKeys): Server {
    const options = { requestCert: true, rejectUnauthorized: true, noDelay: true, handshakeTimeout: tlsDeadline }
    const server = createTlsServer({ ...keys, ...options }, (socket) => {
      const origin = originOf(socket)
      const admitted = this.agreeing.get(origin)
      if (admitted) void this.shakeHands(socket, origin, admitted)
      else socket.destroy()
    })
    server.on('connection', (socket: Socket) => {
      const origin = originOf(socket)
      const admitted = this.admit(socket)
      if (!admitted) return
      this.agreeing.set(origin, admitted)
      socket.once('close', () => this.agreeing.delete(origin))
    })
    server.on('tlsClientError', (error, socket) => this.events.refused(originOf(socket), `TLS: ${error.message}`))
    return server
  }

  /** Resolves once it listens. A unix socket that a killed process left behind is taken over. */
  async start(): Promise<void> {
    try {
      await this.bind()
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || !('path' in this.endpoint) || !(await removeStaleSocket(this.endpoint.path))) throw error
      await this.bind()
    }
    // As when the process has no file descriptor left for one more connection.
    this.server.on('error', (error) => this.events.refused('unknown', error.message))
  }

  private bind(): Promise<void> {
    const { endpoint } = this
    const where =
      'path' in endpoint ? { path: endpoint.path } : { host: endpoint.host ?? loopback, port: endpoint.port }
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen({ ...where, backlog }, () => {
        this.server.off('error', reject)
        resolve()
      })
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

  private admit(socket: Socket): Admitted | undefined {
    const address = socket.remoteAddress ?? 'unix socket'
    // A connection that was reset while it waited to be accepted must not end the process.
    socket.on('error', () => undefined)
    const admitted = this.admission.enter(address)
    if (typeof admitted === 'string') {
      socket.destroy()
      this.events.refused(address, admitted)
      return undefined
    }
    this.sockets.add(socket)
    socket.once('close', () => {
      this.sockets.delete(socket)
      admitted.left()
    })
    return admitted
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
