import { fork } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Engine } from '../../controller/index.ts'
import { formatMac } from '../../controller/openflow/index.ts'
import { OvsHost } from '../../topology/ovs/host.ts'
import { cleanAfterwards } from '../support/afterwards.ts'
import { type Knowledge, local, type Port } from './apps.ts'
import type { Line, Timing } from './stopwatch-process.ts'

/** Flows put into a real Open vSwitch, by the engine and by ovs-ofctl in turn. */
export interface Programming {
  readonly flows: number
  /** Milliseconds of each round, from the first byte of the bundle until the answer to its commit. */
  readonly engine: readonly number[]
  readonly ofctl: readonly number[]
}

const bridge = 'br0'
const dpid = 0xb1n
const vni = 5001
const ports = 0x4000

const portAt = (at: number): Port => ({
  ...{ dpid, portNo: 10 + (at % ports), mac: 0x0200_0000_0000 + at, network: 'blue' },
})

/** The flow of the app for a port, as ovs-ofctl takes it. */
const flowText = ({ portNo, mac }: Port): string =>
  `table=0,priority=32768,tun_id=${vni},dl_dst=${formatMac(mac)},actions=output:${portNo}`

class Lab {
  readonly host: OvsHost
  readonly controller: string
  private readonly relay: string
  private readonly stopwatch = fork(fileURLToPath(new URL('./stopwatch-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  })

  constructor(directory: string) {
    this.host = new OvsHost(`hb${process.pid % 1_000_000}`, directory)
    this.controller = join(directory, 'heddle.sock')
    this.relay = join(directory, 'relay.sock')
  }

  async start(): Promise<void> {
    const { host } = this
    cleanAfterwards({ folder: host.directory, namespaces: [host.namespace] })
    await host.start()
    await host.addBridge(bridge, `other-config:datapath-id=${dpid.toString(16).padStart(16, '0')}`)
    const lines: Line[] = [
      {
        ...{ name: 'engine', programmer: 'called', to: this.controller },
        from: join(host.directory, `${bridge}.controller`),
      },
      { name: 'ofctl', programmer: 'caller', to: join(host.directory, `${bridge}.mgmt`), from: this.relay },
    ]
    this.stopwatch.send(lines)
    await sleep(1_000)
  }

  /** The next timing of a bundle with so many messages. */
  timing(name: string, messages: number): Promise<number> {
    return new Promise((resolve) => {
      const listener = (timing: Timing) => {
        if (timing.name !== name || timing.messages < messages) return
        this.stopwatch.off('message', listener)
        resolve(timing.milliseconds)
      }
      this.stopwatch.on('message', listener)
    })
  }

  /** @throws Error unless the bridge holds so many flows */
  private async check(flows: number): Promise<void> {
    const held = await this.host.ofctl('dump-aggregate', bridge)
    if (!held.includes(`flow_count=${flows}`)) throw new Error(`the bridge should hold ${flows} flows: ${held}`)
  }

  async byOfctl(file: string, flows: number): Promise<number> {
    const timing = this.timing('ofctl', flows)
    await this.host.exec('ovs-ofctl', '-O', 'OpenFlow13', '--bundle', 'add-flows', `unix:${this.relay}`, file)
    const took = await timing
    await this.check(flows)
    await this.host.ofctl('del-flows', bridge)
    return took
  }

  async byEngine(flows: number): Promise<number> {
    let known: Knowledge | undefined
    const engine = new Engine({
      report: (level, message) => {
        if (level !== 'info') console.error(message)
      },
    })
    engine.load(
      local((knowledge) => {
        known = knowledge
      }),
    )
    await engine.listen({ path: this.controller })
    await this.host.vsctl('set-controller', bridge, `unix:${join(this.host.directory, `${bridge}.controller`)}`)
    const inSync = () =>
      engine.switches.size === 1 && [...engine.switches.values()].every(({ keeper }) => keeper.inSync)
    while (!inSync()) await sleep(20)
    const facts = known as unknown as Knowledge
    const timing = this.timing('engine', flows)
    facts.networks.set('blue', { vni })
    for (let at = 0; at < flows; at++) facts.ports.set(`port-${at}`, portAt(at))
    const took = await timing
    while (!inSync()) await sleep(20)
    await this.check(flows)
    // A bridge that loses its last controller forgets its flows.
    await this.host.vsctl('del-controller', bridge)
    await engine.stop()
    return took
  }

  async stop(): Promise<void> {
    this.stopwatch.disconnect()
    await this.host.stop()
  }
}

export const measureProgramming = async (flows: number, rounds: number): Promise<Programming> => {
  const lab = new Lab(await mkdtemp(join(tmpdir(), 'heddle-bench-')))
  const engine: number[] = []
  const ofctl: number[] = []
  try {
    await lab.start()
    const file = join(lab.host.directory, 'flows.txt')
    await writeFile(file, Array.from({ length: flows }, (_, at) => `${flowText(portAt(at))}\n`).join(''))
    for (let round = 0; round < rounds; round++) {
      ofctl.push(await lab.byOfctl(file, flows))
      engine.push(await lab.byEngine(flows))
    }
  } finally {
    await lab.stop()
  }
  return { flows, engine, ofctl }
}
