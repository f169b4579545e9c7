import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Admission, type AdmissionLimits, type Admitted } from './admission.ts'
import { type Endpoint, loopback, originOf, type TlsKeys } from './endpoint.ts'
import { removeStaleSocket } from './stale-socket.ts'

/** What an acceptor tells. None of these may throw. */
export interface AcceptorEvents {
  /** A connection was let in, and has agreed on TLS where that is asked for. */
  readonly accepted: (socket: Socket, origin: string, admitted: Admitted) => void
  /** A connection came to nothing: where it was from, and why. */
  readonly refused: (address: string, reason: string) => void
}

/** Connections that the system keeps waiting: enough for a thousand that come at once. */
const backlog = 4096
/** Milliseconds to agree on TLS. */
const tlsDeadline = 5_000

/** Listens at one endpoint, and lets connections in as far as the limits allow. */
export class Acceptor {
  private readonly server: Server
  private readonly endpoint: Endpoint
  private readonly events: AcceptorEvents
  private readonly admission: Admission
  private readonly sockets = new Set<Socket>()
  private readonly exchange: (accepted: Socket) => Socket
  /** Connections that are agreeing on TLS, by origin. */
  private readonly agreeing = new Map<string, Admitted>()

  /** @param exchange gives the socket to be used in place of one that was accepted without TLS, as `sharedReads` */
  constructor(
    endpoint: Endpoint,
    events: AcceptorEvents,
    limits: Partial<AdmissionLimits> = {},
    exchange = (accepted: Socket): Socket => accepted,
  ) {
    this.endpoint = endpoint
    this.events = events
    this.admission = new Admission(limits)
    this.exchange = exchange
    this.server = 'tls' in endpoint && endpoint.tls ? this.tlsServer(endpoint.tls) : this.plainServer()
  }

  private plainServer(): Server {
    return createServer({ noDelay: true }, (accepted) => {
      const socket = this.exchange(accepted)
      const admitted = this.admit(socket)
      if (admitted) this.events.accepted(socket, originOf(socket), admitted)
    })
  }

  /** Connections count from their first byte: also one that never agrees on TLS takes up room. */
  private tlsServer(keys: TlsKeys): Server {
    const options = { requestCert: true, rejectUnauthorized: true, noDelay: true, handshakeTimeout: tlsDeadline }
    const server = createTlsServer({ ...keys, ...options }, (socket) => {
      const origin = originOf(socket)
      const admitted = this.agreeing.get(origin)
      if (admitted) this.events.accepted(socket, origin, admitted)
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
}
