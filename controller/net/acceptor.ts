import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import { Admission, type AdmissionLimits, type Admitted } from './admission.ts'
import { type Endpoint, loopback, originOf, type TlsKeys } from './endpoint.ts'
import { removeStaleSocket } from './stale-socket.ts'

/** What an acceptor tells. None of these may throw. */
export interface AcceptorEvents {
  /** A connection may begin, and has agreed on TLS where that is asked for. It is paused. */
  readonly accepted: (socket: Socket, origin: string, admitted: Admitted) => void
  /** A connection came to nothing: where it was from, and why. */
  readonly refused: (address: string, reason: string) => void
  /** Connections from an address keep coming to nothing: those that follow wait their turn. */
  readonly slowed: (address: string) => void
}

/** Connections that the system keeps waiting: enough for a thousand that come at once. */
const backlog = 4096
/** Milliseconds to agree on TLS. */
const tlsDeadline = 5_000

/** Listens at one endpoint, and lets connections in as far as the limits allow. */
export class Acceptor {
  private readonly server: Server
  private readonly tls: TlsServer | undefined
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
    this.admission = new Admission(limits, events.slowed)
    this.exchange = exchange
    this.tls = 'tls' in endpoint && endpoint.tls ? this.tlsServer(endpoint.tls) : undefined
    this.server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => this.admit(accepted))
  }

  /** Agrees on TLS with connections that are handed to it; it does not listen itself. */
  private tlsServer(keys: TlsKeys): TlsServer {
    const options = { requestCert: true, rejectUnauthorized: true, handshakeTimeout: tlsDeadline }
    const server = createTlsServer({ ...keys, ...options }, (socket) => {
      const origin = originOf(socket)
      const admitted = this.agreeing.get(origin)
      if (admitted) this.events.accepted(socket.pause(), origin, admitted)
      else socket.destroy()
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

  private admit(accepted: Socket): void {
    const socket = this.tls ? accepted : this.exchange(accepted)
    const address = socket.remoteAddress ?? 'unix socket'
    // A connection that was reset while it waited to be accepted must not end the process.
    socket.on('error', () => undefined)
    const admitted = this.admission.enter(address)
    if (typeof admitted === 'string') {
      socket.destroy()
      this.events.refused(address, admitted)
      return
    }
    this.sockets.add(socket)
    socket.once('close', () => {
      this.sockets.delete(socket)
      admitted.left()
    })
    const giveWay = (): void => {
      socket.destroy()
      this.events.refused(address, 'it waited, and newer connections from there wait too')
    }
    admitted.begin(() => this.begin(socket, admitted), giveWay)
  }

  private begin(socket: Socket, admitted: Admitted): void {
    const origin = originOf(socket)
    if (this.tls) {
      this.agreeing.set(origin, admitted)
      socket.once('close', () => this.agreeing.delete(origin))
      this.tls.emit('connection', socket)
    } else this.events.accepted(socket, origin, admitted)
  }
}
