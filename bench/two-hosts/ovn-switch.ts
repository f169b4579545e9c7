import { join } from 'node:path'
import { integrationBridge } from './host.ts'
import { fillerPort, type Lab, measured, pinging } from './lab.ts'
import { OvnDaemons } from './ovn.ts'

/** The address and MAC that others are given by heddle. */
const filler = (at: number) => {
  const number = at + 2
  const [high, low] = [number >> 8, number & 255]
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
  return { name: fillerPort(at), mac: `02:0b:00:01:${hex(high)}:${hex(low)}`, address: `10.77.${high}.${low}` }
}

/** OVN in charge of both hosts of a lab, with one logical switch, and the port of the container that pings. */
export class OvnSwitch {
  readonly daemons: OvnDaemons
  private readonly lab: Lab
  private pingingUuid = ''

  constructor(lab: Lab) {
    this.lab = lab
    this.daemons = new OvnDaemons(join(lab.directory, 'ovn'), lab.hosts[0].ovs.namespace)
  }

  get nb() {
    return this.daemons.nb
  }

  async start(): Promise<void> {
    await this.daemons.start()
    await this.nb.addSwitch('bench')
    for (const { ovs, address } of this.lab.hosts) {
      await this.daemons.join({ name: ovs.name, address, bridge: integrationBridge, ovs })
    }
    const { port, mac, address } = pinging
    this.pingingUuid = (await this.nb.addPorts([{ name: port, mac, address }]))[0] ?? ''
    await this.lab.quiet()
  }

  /** So many more ports that are there; gives their UUIDs. */
  fill(count: number): Promise<string[]> {
    return this.nb.addPorts(Array.from({ length: count }, (_, at) => filler(at)))
  }

  async empty(): Promise<void> {
    await this.nb.keepPorts([this.pingingUuid])
  }

  /** The measured port; gives its UUID. */
  async add(): Promise<string> {
    const { port, mac, address } = measured
    return (await this.nb.addPorts([{ name: port, mac, address }]))[0] ?? ''
  }
}
