import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Container, OvsHost } from '../ovs/host.ts'
import { connect } from '../ovs/link.ts'
import { ping, plainAddress } from '../ovs/traffic.ts'

const bridge = 'br0'
const containersPerHost = 3

/** A container and the host that it runs on. */
export interface Place {
  readonly host: OvsHost
  readonly container: Container
}

/** Milliseconds there and back, or undefined where nothing came back. */
export type Matrix = readonly (readonly (number | undefined)[])[]

/** Two hosts with a bridge each, a cable between them, and three containers on either. */
export class DemoLab {
  readonly folder: string
  readonly hosts: readonly OvsHost[]
  readonly places: Place[] = []

  private constructor(folder: string) {
    // Names carry the process id, so that two demos can run side by side.
    const tag = (process.pid % 10_000).toString(36)
    this.folder = folder
    this.hosts = ['1', '2'].map((number) => new OvsHost(`hd${tag}${number}`, join(folder, `host${number}`)))
  }

  static async create(): Promise<DemoLab> {
    return new DemoLab(await mkdtemp(join(tmpdir(), 'heddle-demo-')))
  }

  /** Where each host's bridge looks for its controller: inside the folder of its switch. */
  get sockets(): readonly string[] {
    return this.hosts.map((host) => join(host.directory, 'controller.sock'))
  }

  async build(): Promise<void> {
    for (const host of this.hosts) {
      await host.start()
      await host.addBridge(bridge)
    }
    const [a, b] = this.hosts as [OvsHost, OvsHost]
    await connect({ host: a, bridge, port: `${a.name}-up` }, { host: b, bridge, port: `${b.name}-up` })
    for (const [index, host] of this.hosts.entries()) {
      for (let number = 1; number <= containersPerHost; number++) {
        const place = index * containersPerHost + number
        const options = { bridge, mac: `02:00:00:00:00:0${place}`, address: `10.0.0.${place}/24` }
        this.places.push({ host, container: await host.addContainer(`c${place}`, options) })
      }
    }
  }

  /** Tells the bridges who controls them. */
  async connectController(): Promise<void> {
    for (const [index, host] of this.hosts.entries()) {
      await host.vsctl('set-controller', bridge, `unix:${this.sockets[index]}`)
    }
  }

  /** Pings from every container to every other. */
  async pingAll(): Promise<Matrix> {
    return Promise.all(
      this.places.map(async ({ host, container }) => {
        const row: (number | undefined)[] = []
        for (const to of this.places) {
          const self = to.container === container
          row.push(self ? 0 : (await ping(host, container, plainAddress(to.container), 2)).average)
        }
        return row
      }),
    )
  }

  /** How many flows each host's bridge holds. */
  flowCounts(): Promise<number[]> {
    return Promise.all(
      this.hosts.map(async (host) => {
        const lines = (await host.ofctl('dump-flows', bridge)).split('\n')
        return lines.filter((line) => line.includes('actions=')).length
      }),
    )
  }

  /** Removes all that was made. */
  async destroy(): Promise<void> {
    for (const host of this.hosts) await host.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}
