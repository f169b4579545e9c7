import { PortConfig, type PortDesc, PortFeatures, PortState } from '../../../controller/openflow/messages/port.ts'

/** What is said of a port when it is added. */
export interface PortSettings {
  readonly number: number
  /** `p` and the number unless given. */
  readonly name?: string
  /** A locally administered address made from the switch's and port's number unless given. */
  readonly mac?: number
  /** Sends frames into tunnels: its outputs come with what the flows said of the tunnel. */
  readonly tunnel?: boolean
}

/** A port of a switch, with its counters. */
export class SimPort {
  readonly number: number
  readonly name: string
  readonly mac: number
  readonly tunnel: boolean
  config = 0
  linkDown = false
  rxPackets = 0
  rxBytes = 0
  rxDropped = 0
  txPackets = 0
  txBytes = 0
  txDropped = 0
  /** Milliseconds of the clock. */
  readonly created: number

  constructor(
    { number, name = `p${number}`, mac = 0x02_00_00_00_00_00 + number, tunnel = false }: PortSettings,
    now: number,
  ) {
    this.number = number
    this.name = name
    this.mac = mac
    this.tunnel = tunnel
    this.created = now
  }

  /** True where frames pass. */
  get isUp(): boolean {
    return !this.linkDown && (this.config & PortConfig.PORT_DOWN) === 0
  }

  has(config: number): boolean {
    return (this.config & config) !== 0
  }

  get desc(): PortDesc {
    return {
      portNo: this.number,
      hwAddr: this.mac,
      name: this.name,
      config: this.config,
      state: this.isUp ? PortState.LIVE : PortState.LINK_DOWN,
      curr: PortFeatures['10GB_FD'] | PortFeatures.COPPER,
      advertised: 0,
      supported: 0,
      peer: 0,
      currSpeed: 10_000_000,
      maxSpeed: 0,
    }
  }
}

/** The ports of a switch. */
export class PortTable {
  private readonly ports = new Map<number, SimPort>()

  get(number: number): SimPort | undefined {
    return this.ports.get(number)
  }

  add(port: SimPort): void {
    this.ports.set(port.number, port)
  }

  remove(number: number): SimPort | undefined {
    const port = this.ports.get(number)
    this.ports.delete(number)
    return port
  }

  isLive(number: number): boolean {
    return this.ports.get(number)?.isUp ?? false
  }

  [Symbol.iterator](): IterableIterator<SimPort> {
    return this.ports.values()
  }
}
