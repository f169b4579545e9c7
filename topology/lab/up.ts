import { assignedCards } from './cards.ts'
import { Client } from './client.ts'
import { type GivenController, socketsOf, startController } from './controller.ts'
import { takeDown } from './down.ts'
import { LabError } from './errors.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import type { Kind } from './kind.ts'
import { namespacesOf } from './names.ts'
import { namespacedKind } from './namespaced.ts'
import { thisProcess } from './processes.ts'
import type { ReadLab } from './read.ts'
import { simulatedKind } from './sim/kind.ts'

export interface UpOptions {
  readonly controller?: GivenController
  readonly datapath?: LabRecord['datapath']
  /** Is told of each step before it begins and after it has ended, with the milliseconds that it took. */
  readonly progress?: (title: string, took?: number) => void
}

/** Milliseconds for all hosts to be known to the controller. */
const connectDeadline = 60_000

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
  private readonly kind: Kind
  private readonly progress: NonNullable<UpOptions['progress']>

  constructor(folder: LabFolder, record: LabRecord, kind: Kind, progress: UpOptions['progress'] = () => undefined) {
    this.folder = folder
    this.record = record
    this.kind = kind
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

  /** The underlay, and hosts that nobody manages yet. */
  buildHosts(): Promise<void> {
    return this.kind.build((title, work) => this.step(title, work))
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
      await this.kind.manage(controller)
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
      await this.kind.plug(cards)
    })
    await this.step('every host confirms the flows of its containers', () => this.kind.waitInstalled())
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
  const { datapath = 'netdev', progress } = options
  const namespaces = datapath === 'sim' ? [] : namespacesOf(folder.name, description)
  const record: LabRecord = { name: folder.name, description, datapath, namespaces, builder: thisProcess() }
  const kind = (datapath === 'sim' ? simulatedKind : namespacedKind)(folder, record)
  folder.create(record, kind.check)
  try {
    await build(new Builder(folder, record, kind, progress), folder, lab, options)
  } catch (error) {
    await takeDown(folder)
    throw error
  }
}
