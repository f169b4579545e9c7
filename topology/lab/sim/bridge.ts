import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { type Output, SimSwitch } from '../../sim/index.ts'
import { Lines, type Target } from './line.ts'
import { simFlow } from './standalone.ts'

/** What a port of a bridge leads to. */
export interface Outlet {
  /** Says that a change of it is another port, as its kind, and where it leads to. */
  readonly key: string
  readonly tunnel?: boolean
  readonly isUp: () => boolean
  readonly send: (output: Output) => void
  /** Joins it to its bridge. */
  readonly join: (port: { readonly receive: SimSwitch['receive']; readonly number: number }) => void
  /** Ends that. */
  readonly leave: () => void
}

/** How a port of a bridge is to be. */
export interface WantedPort {
  readonly name: string
  readonly outlet: Outlet
  readonly request: number | undefined
}

/** How a bridge is to be. */
export interface WantedBridge {
  readonly name: string
  /** 16 hexadecimal digits. */
  readonly dpid: string
  readonly isSecure: boolean
  readonly controllers: readonly Target[]
  readonly ports: readonly WantedPort[]
}

/** OFPP_LOCAL, and what a database says of it. */
const local = { openflow: 0xffff_fffe, database: 65534 } as const
const controllerPort = 6653

interface Port {
  readonly outlet: Outlet
  readonly number: number
}

/** Of a bridge that was given none. */
export const derivedDpid = (host: string, bridge: string): string =>
  createHash('sha256').update(`${host} ${bridge}`).digest('hex').slice(0, 16)

/** One bridge of a simulated host: a switch, its ports, and the connections to its controllers. */
export class SimBridge {
  readonly sw: SimSwitch
  readonly controllers: Lines
  private readonly ports = new Map<string, Port>()
  private readonly byNumber = new Map<number, Port>()
  private readonly management: Server
  private isAlone = false

  /**
   * @param socket where ovs-ofctl(8) finds it, as `BRIDGE.mgmt`
   * @param changed is told when a connection comes or goes
   */
  constructor(dpid: string, socket: string, changed: () => void) {
    this.sw = new SimSwitch({ dpid: BigInt(`0x${dpid}`), onOutput: (output) => this.send(output) })
    this.controllers = new Lines(controllerPort, (socket) => this.sw.connect(socket), changed)
    this.management = createServer((stream) => this.sw.connect(stream))
    this.management.on('error', () => undefined)
    this.management.listen(socket)
  }

  close(): void {
    for (const name of [...this.ports.keys()]) this.removePort(name)
    this.controllers.close()
    this.management.close()
    this.sw.close()
  }

  update({ name, ports, controllers, isSecure }: WantedBridge): void {
    const wanted = new Map(ports.map((port) => [port.name, port]))
    for (const [known, { outlet, number }] of [...this.ports]) {
      const port = wanted.get(known)
      const isMoved = port?.request !== undefined && port.request !== number && !this.byNumber.has(port.request)
      if (port?.outlet.key !== outlet.key || isMoved) this.removePort(known)
    }
    // Those that ask for a number come first.
    const missing = ports.filter((port) => !this.ports.has(port.name))
    for (const port of missing) if (port.request !== undefined) this.addPort(name, port)
    for (const port of missing) if (port.request === undefined) this.addPort(name, port)
    this.controllers.update(controllers)
    this.standAlone(!isSecure && controllers.length === 0)
  }

  /** The number of a port, as a database has it. */
  numberOf(name: string): number | undefined {
    const number = this.ports.get(name)?.number
    return number === local.openflow ? local.database : number
  }

  /** The cable of a port was cut or joined. */
  setLink(name: string, isUp: boolean): void {
    const port = this.ports.get(name)
    if (port) this.sw.setLink(port.number, isUp)
  }

  private send(output: Output): void {
    this.byNumber.get(output.port)?.outlet.send(output)
  }

  private addPort(bridge: string, { name, outlet, request }: WantedPort): void {
    const number = name === bridge ? local.openflow : this.freeNumber(request)
    const port = { outlet, number }
    this.ports.set(name, port)
    this.byNumber.set(number, port)
    this.sw.addPort({ number, name, tunnel: outlet.tunnel === true })
    this.sw.setLink(number, outlet.isUp())
    outlet.join({ number, receive: (...frame) => this.sw.receive(...frame) })
  }

  private removePort(name: string): void {
    const port = this.ports.get(name)
    if (!port) return
    this.ports.delete(name)
    this.byNumber.delete(port.number)
    port.outlet.leave()
    this.sw.removePort(port.number)
  }

  private freeNumber(request: number | undefined): number {
    if (request !== undefined && !this.byNumber.has(request)) return request
    let number = 1
    while (this.byNumber.has(number)) number++
    return number
  }

  /** Without a controller, and unless told otherwise, a bridge is a learning switch; its first controller flushes it. */
  private standAlone(isAlone: boolean): void {
    if (isAlone === this.isAlone) return
    this.isAlone = isAlone
    simFlow(this.sw, isAlone)
  }
}
