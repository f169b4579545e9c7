import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { Client } from '../../topology/lab/client.ts'
import { controllerFolder, controllerLog, startController } from '../../topology/lab/controller.ts'
import { takeDown } from '../../topology/lab/down.ts'
import { type AssignedCard, LabFolder, type LabRecord } from '../../topology/lab/folder.ts'
import { daemonsOf } from '../../topology/lab/host.ts'
import { namespaceOf } from '../../topology/lab/names.ts'
import { allProcesses, type Process } from '../../topology/lab/processes.ts'
import { readLab } from '../../topology/lab/read.ts'
import { bringUp } from '../../topology/lab/up.ts'
import { endProcess } from '../../topology/ovs/process.ts'
import { run } from '../../topology/ovs/shell.ts'
import { sleep, until } from '../engine/lab.ts'
import { labsOf } from '../topology/lab/labs.ts'
import { Station } from './station.ts'

const threeHosts = fileURLToPath(new URL('three-hosts.yaml', import.meta.url))

/** Generous: other work may use the same processors. */
export const patience = 60_000

/** A line of the controller's log. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly dpid?: string
  readonly messages?: number
}

/** What a host drops for one reason. */
export interface DropView {
  readonly host: string
  readonly app: string
  readonly drop: string
  readonly packets: number
  readonly bytes: number
}

/** A lab with a controller of its own, for tests that share it. */
export class NetworksLab {
  readonly folder: LabFolder
  readonly record: LabRecord
  private readonly stations = new Map<string, Station>()

  private constructor(folder: LabFolder, record: LabRecord) {
    this.folder = folder
    this.record = record
  }

  /** Builds it; it is removed when the test ends. @param name up to 6 letters @param file its description */
  static async start(t: Test, name: string, file = threeHosts): Promise<NetworksLab> {
    labsOf(t)
    const folder = new LabFolder(`${name}${process.pid}`)
    t.teardown(() => takeDown(folder))
    await bringUp(folder, readLab(file))
    const { record } = folder
    if (!record) throw new Error('the lab wrote nothing down')
    const lab = new NetworksLab(folder, record)
    t.teardown(() => Promise.all([...lab.stations.values()].map((station) => station.close())))
    return lab
  }

  get hosts(): string[] {
    return this.record.description.hosts.map(({ name }) => name)
  }

  get containers(): string[] {
    return this.record.description.containers.map(({ name }) => name)
  }

  /** What the controller assigned to the only card of a container. */
  card(container: string): AssignedCard {
    const card = this.folder.facts.cards?.[container]?.[0]
    if (!card) throw new Error(`${container} has no card`)
    return card
  }

  /** Of the family of IPv4 unless given, without the length of the prefix. */
  address(container: string, family: 4 | 6 = 4): string {
    const found = this.card(container).addresses.find((one) => one.includes(':') === (family === 6))
    return found?.replace(/\/.*/, '') ?? ''
  }

  /** @param node a container, a host or the underlay */
  namespace(node: string): string {
    return namespaceOf(this.folder.name, node)
  }

  inside(node: string, command: string, ...args: readonly string[]): Promise<string> {
    return run('ip', ['netns', 'exec', this.namespace(node), command, ...args], { timeout: 2 * patience })
  }

  daemons(host: string) {
    return daemonsOf(this.folder, host)
  }

  /** The card of a container, by the frame. */
  async station(container: string): Promise<Station> {
    const known = this.stations.get(container)
    if (known) return known
    const opened = await Station.open(this.namespace(container), 'eth0')
    this.stations.set(container, opened)
    return opened
  }

  /** Stations of all containers, that have heard nothing yet. */
  async allStations(): Promise<ReadonlyMap<string, Station>> {
    const all = await Promise.all(this.containers.map(async (name) => [name, await this.station(name)] as const))
    for (const [, station] of all) station.heard = []
    return new Map(all)
  }

  private get api(): string {
    return this.folder.facts.api ?? ''
  }

  get client(): Client {
    return new Client(this.api)
  }

  /** Asks the controller's API. */
  async ask(method: 'PUT' | 'DELETE', path: string, body?: object): Promise<{ status: number; text: string }> {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`http://${this.api}${path}`, { method, ...content })
    return { status: answer.status, text: await answer.text() }
  }

  /** Wants something else of a port, and waits until its host has confirmed it. */
  async setPort(id: string, spec: object): Promise<void> {
    const { status, text } = await this.ask('PUT', `/v1/ports/${id}?wait=true`, spec)
    if (status !== 200) throw new Error(text)
  }

  /** Packets dropped so far on one host, by reason. */
  async drops(host: string): Promise<ReadonlyMap<string, number>> {
    const drops = await this.client.get<readonly DropView[]>('/v1/drops')
    return new Map(drops.filter((one) => one.host === host).map(({ drop, packets }) => [drop, packets]))
  }

  /**
   * The same once no more come for these reasons: a kernel goes on asking for neighbours, for seconds after the ping
   * that wanted them has ended.
   */
  async dropsAtRest(host: string, reasons: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const deadline = Date.now() + patience
    for (let before = await this.drops(host); ; ) {
      await sleep(2_500)
      const now = await this.drops(host)
      if (reasons.every((reason) => now.get(reason) === before.get(reason))) return now
      if (Date.now() > deadline) throw new Error(`${host} goes on dropping: ${reasons.join(', ')}`)
      before = now
    }
  }

  /**
   * Waits until a host has counted so many more drops for each reason as are expected, or more of one.
   *
   * @param within milliseconds
   * @returns how many more there are for each of these reasons
   */
  async dropsSince(
    host: string,
    before: ReadonlyMap<string, number>,
    expected: ReadonlyMap<string, number>,
    within = patience,
  ): Promise<ReadonlyMap<string, number>> {
    const deadline = Date.now() + within
    for (;;) {
      const now = await this.drops(host)
      const more = [...expected.keys()].map(
        (reason) => [reason, (now.get(reason) ?? 0) - (before.get(reason) ?? 0)] as const,
      )
      const isThere = more.every(([reason, count]) => count >= (expected.get(reason) ?? 0))
      if (isThere || Date.now() > deadline) return new Map(more)
      // Open vSwitch takes up to half a second to count.
      await sleep(100)
    }
  }

  private get controllers(): Process[] {
    const folder = controllerFolder(this.folder)
    return allProcesses().filter(({ words }) => words.some((word, at) => word === '--data' && words[at + 1] === folder))
  }

  /** kill -9 */
  async killController(): Promise<void> {
    for (const { pid } of this.controllers) await endProcess(pid)
  }

  /** Starts it again, where its API was, with a new log. */
  async startController(): Promise<void> {
    await startController(this.folder, this.api)
  }

  /** All that the controller has said since it started. */
  get log(): LogLine[] {
    // The last line may not be whole.
    const lines = readFileSync(controllerLog(this.folder), 'utf8').split('\n').slice(0, -1)
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine)
  }

  /** Messages that the controller has sent to change switches, since it started. */
  get sent(): number {
    return this.log.reduce((sum, { messages = 0 }) => sum + messages, 0)
  }

  /** Waits until these hosts hold what they should, and show it. */
  async settled(hosts = this.hosts): Promise<void> {
    const isSettled = async (): Promise<boolean> => {
      const [views, switches] = await Promise.all([
        this.client.get<readonly { id: string; dpid: string; connected: boolean }[]>('/v1/hosts'),
        this.client.get<readonly { dpid: string; inSync: boolean }[]>('/v1/switches'),
      ])
      return hosts.every((id) => {
        const dpid = views.find((host) => host.id === id)?.dpid
        return switches.find((one) => one.dpid === dpid)?.inSync === true
      })
    }
    await until(`${hosts.join()} hold what they should`, () => isSettled().catch(() => false), patience)
  }

  /** Flows of a host without what changes with time, in the order of their texts. */
  async flows(host: string): Promise<string[]> {
    const printed = await this.daemons(host).ofctl('dump-flows', 'br-int', '--no-stats')
    return printed
      .trim()
      .split('\n')
      .map((line) => line.trim())
      .sort()
  }
}
