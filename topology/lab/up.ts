import { existsSync } from 'node:fs'
import { createDatabase } from '../ovs/daemons.ts'
import { assignedCards } from './cards.ts'
import { Client } from './client.ts'
import { buildContainers, waitInstalled } from './container.ts'
import { socketsOf, startController } from './controller.ts'
import { takeDown } from './down.ts'
import { LabError } from './errors.ts'
import { buildExternals } from './external.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { manageHost, type Sockets, startHost } from './host.ts'
import { addNamespaces } from './ip.ts'
import { namespacesOf } from './names.ts'
import { inParallel } from './parallel.ts'
import { thisProcess } from './processes.ts'
import type { ReadLab } from './read.ts'
import { buildUnderlay } from './underlay.ts'

/** A controller that runs already. */
export interface GivenController extends Sockets {
  /** `HOST:PORT` */
  readonly api: string
}

export interface UpOptions {
  readonly controller?: GivenController
  readonly datapath?: LabRecord['datapath']
  /** Is told of each step before it begins and after it has ended, with the milliseconds that it took. */
  readonly progress?: (title: string, took?: number) => void
}

/** More at once would wait for the same processors. */
const hostsAtOnce = 4
/** Milliseconds for all hosts to be known to the controller. */
const connectDeadline = 60_000

/** @throws LabError where a namespace of the lab is there already, which then is not the lab's */
const checkNamespaces = (namespaces: readonly string[]): void => {
  const taken = namespaces.find((name) => existsSync(`/run/netns/${name}`))
  if (taken === undefined) return
  throw new LabError(
    `there is a network namespace ${taken} that this lab did not make: choose another --name, or ip netns delete ${taken}`,
  )
}

/**
 * Waits until the controller knows the hosts: the MTU of networks goes by what these say.
 *
 * @throws LabError naming those that it does not know in time
 */
const waitKnown = async (client: Client, names: readonly string[]): Promise<void> => {
  const end = Date.now() + connectDeadline
  for (;;) {
    const known = new Set((await client.hosts()).map(({ id }) => id))
    const missing = names.filter((name) => !known.has(name))
    if (missing.length === 0) return
    if (Date.now() > end) {
      throw new LabError(`the controller does not know ${missing.join(', ')} after ${connectDeadline} ms`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The parts of a lab that come up, each as one step. */
class Builder {
  private readonly folder: LabFolder
  private readonly record: LabRecord
  private readonly progress: NonNullable<UpOptions['progress']>

  constructor(folder: LabFolder, record: LabRecord, progress: UpOptions['progress'] = () => undefined) {
    this.folder = folder
    this.record = record
    this.progress = progress
  }

  /** @throws LabError naming the step, and what was seen */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const begin = Date.now()
    this.progress(title)
    try {
      const result = await work()
      this.progress(title, Date.now() - begin)
      return result
    } catch (error) {
      throw new LabError(`${title}: this failed\n${(error as Error).message}`)
    }
  }

  /** Namespaces, underlay, and hosts that nobody manages yet. */
  async buildHosts(): Promise<void> {
    const { folder, record } = this
    const { hosts } = record.description
    const template = folder.part('empty.db')
    await this.step('the underlay', async () => {
      await addNamespaces(record.namespaces)
      await Promise.all([buildUnderlay(record), buildExternals(record), createDatabase(template)])
    })
    await this.step(`${hosts.length} hosts with Open vSwitch`, () =>
      inParallel(hosts, hostsAtOnce, (host) => startHost(folder, record, host, template)),
    )
  }

  /** The controller, and what is asked of it. */
  async startController(locate: ReadLab['locate'], given: GivenController | undefined): Promise<GivenController> {
    const { folder } = this
    const { resources } = this.record.description
    const start = async () => ({ ...socketsOf(folder), api: await startController(folder) })
    const controller = given ?? (await this.step('the controller: heddle up --networks', start))
    folder.learn({ api: controller.api })
    await this.step(`${resources.length} networks, ports and the like: POST /v1/apply`, () =>
      new Client(controller.api).apply(resources, locate),
    )
    return controller
  }

  async connectHosts(controller: GivenController): Promise<void> {
    const { hosts } = this.record.description
    await this.step('the hosts connect: ovs-vsctl set-manager', async () => {
      await inParallel(hosts, hostsAtOnce, ({ name }) => manageHost(this.folder, name, controller))
      const names = hosts.map(({ name }) => name)
      await waitKnown(new Client(controller.api), names)
    })
  }

  async plugContainers({ api }: GivenController): Promise<void> {
    const { folder, record } = this
    const { containers } = record.description
    await this.step(`${containers.length} containers`, async () => {
      const cards = await assignedCards(new Client(api), record.description)
      folder.learn({ cards })
      await buildContainers(folder, record, cards)
    })
    await this.step('every host confirms the flows of its containers', () => waitInstalled(folder, record))
  }
}

const build = async (builder: Builder, folder: LabFolder, lab: ReadLab, options: UpOptions): Promise<void> => {
  const outcomes = await Promise.allSettled([
    builder.startController(lab.locate, options.controller),
    builder.buildHosts(),
  ])
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  const [controller] = outcomes
  if (controller.status !== 'fulfilled') return
  await builder.connectHosts(controller.value)
  await builder.plugContainers(controller.value)
  folder.learn({ built: true })
}

/**
 * Builds a lab. Where that fails, all of it is removed again.
 *
 * @throws LabError naming the step that failed, and what was seen
 */
export const bringUp = async (folder: LabFolder, lab: ReadLab, options: UpOptions = {}): Promise<void> => {
  const { description } = lab
  const namespaces = namespacesOf(folder.name, description)
  const { datapath = 'netdev', progress } = options
  const record: LabRecord = { name: folder.name, description, datapath, namespaces, builder: thisProcess() }
  folder.create(record, () => checkNamespaces(namespaces))
  try {
    await build(new Builder(folder, record, progress), folder, lab, options)
  } catch (error) {
    await takeDown(folder)
    throw error
  }
}
