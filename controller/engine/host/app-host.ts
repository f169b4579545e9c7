import { type AppInstall, apps, type Collection, collection, makeId, type Store } from '../../state/index.ts'
import type { App } from '../app.ts'
import type { AppInstance } from '../app-instance.ts'
import type { Engine } from '../engine.ts'
import type { Report } from '../live-switch.ts'
import type { SwitchPlan } from '../plan.ts'
import { AppFileError, type AppSource, fileOfSource, sourceText } from './app-source.ts'
import { type HungApp, type HungApps, noHungApps } from './hung-apps.ts'
import { importApp } from './import-app.ts'
import { resolveHeddle } from './resolve-heddle.ts'

/** What the user asked for: where an app comes from, and how it is to be configured. */
export interface AppOrder {
  readonly source: AppSource
  readonly config?: Readonly<Record<string, unknown>>
}

/** An app that runs, or that should. */
export interface HostedApp {
  readonly name: string
  readonly source: AppSource
  readonly config: Readonly<Record<string, unknown>>
  /** Whether it is loaded again when the controller starts again. */
  readonly remembered: boolean
  /** `missing` where it is remembered and could not be loaded. */
  readonly status: 'running' | 'failed' | 'missing'
  /** Why it failed last, with the stack. */
  readonly failure: string | undefined
  readonly instance: AppInstance | undefined
}

interface Kept {
  readonly order: AppOrder
  readonly remembered: boolean
  /** Why it could not be loaded. */
  readonly failure: string | undefined
}

/** What an app may have hung under: its name, or its file where that was being read. */
const hungNames = (name: string, { source }: AppOrder): readonly string[] => [name, sourceText(source)]

export interface LoadOptions {
  /** Load it again when the controller starts again. */
  readonly remember: boolean
}

/**
 * The apps of a controller by where they come from: loads, reloads and unloads them, and remembers
 * them in the store. One thing at a time.
 */
export class AppHost {
  private readonly engine: Engine
  private readonly installs: Collection<'app', AppInstall>
  private readonly report: Report
  private readonly hung: HungApps
  private readonly kept = new Map<string, Kept>()
  private queue: Promise<unknown> = Promise.resolve()

  /** @param hung apps that are left out until somebody asks for them */
  constructor(engine: Engine, store: Store, report: Report = () => undefined, hung = noHungApps) {
    this.engine = engine
    this.hung = hung
    this.installs = collection(store, apps)
    this.report = report
    resolveHeddle()
  }

  /** All apps in the order of their names. */
  list(): HostedApp[] {
    return [...this.kept.keys()].sort().flatMap((name) => this.get(name) ?? [])
  }

  get(name: string): HostedApp | undefined {
    const kept = this.kept.get(name)
    if (!kept) return undefined
    const instance = this.engine.apps.get(name)
    const { source, config = {} } = kept.order
    return {
      ...{ name, source, config, remembered: kept.remembered, instance },
      status: instance?.status ?? 'missing',
      failure: instance?.failure ?? kept.failure,
    }
  }

  /** Loads what is remembered. An app that cannot be loaded is reported, and keeps none from the others. */
  async restore(): Promise<void> {
    const { items } = await this.installs.list()
    // Until an app is there it counts as missing, so that none gets the tables of one that comes later.
    for (const { name, tables } of this.hung.list()) if (tables) this.engine.missing.add(name, tables)
    for (const { value } of items) this.engine.missing.add(value.name, value.tables)
    for (const { value } of items) await this.restoreOne(value)
  }

  private async restoreOne({ name, source, config }: AppInstall): Promise<void> {
    const order = { source, config }
    const hung = this.hungOf(...hungNames(name, order))
    if (hung) {
      this.miss(name, order, true, hung.why)
      return
    }
    try {
      await this.loadNamed(name, order, true)
    } catch (error) {
      this.miss(name, order, true, (error as Error).message)
    }
  }

  private miss(name: string, order: AppOrder, remembered: boolean, failure: string): void {
    this.kept.set(name, { order, remembered, failure })
    this.report('error', `app ${name} is missing: ${failure}`, { app: name })
  }

  /** What hung under a name, or while a file was read. */
  private hungOf(...names: readonly string[]): HungApp | undefined {
    return this.hung.list().find(({ name }) => names.includes(name))
  }

  /**
   * Loads an app of this run. One that hung before is missing until somebody loads or reloads it.
   *
   * @throws as `load`, and AppFileError for a file that did not even get read
   */
  start(order: AppOrder): Promise<void> {
    return this.alone(async () => {
      const file = fileOfSource(order.source)
      const unread = this.hungOf(file)
      if (unread) {
        this.hung.forget(file)
        throw new AppFileError(unread.why)
      }
      const app = await importApp(file)
      const hung = this.hungOf(app.name)
      if (hung) this.miss(app.name, order, false, hung.why)
      else await this.take(app, order, false)
    })
  }

  /** All apps of this run have been started: those that hung and that nobody wants any more are forgotten. */
  started(): void {
    const wanted = new Set([...this.kept].flatMap(([name, { order }]) => hungNames(name, order)))
    for (const { name } of this.hung.list()) {
      if (wanted.has(name)) continue
      this.hung.forget(name)
      this.engine.missing.delete(name)
    }
  }

  /**
   * Loads an app, in the place of the one of its name.
   *
   * @throws AppFileError, ConfigError, Error what its rules threw; what was loaded before then stays
   */
  load(order: AppOrder, { remember }: LoadOptions): Promise<HostedApp> {
    return this.alone(async () => this.take(await this.read(order), order, remember))
  }

  private loadNamed(name: string, order: AppOrder, remember: boolean): Promise<HostedApp> {
    return this.alone(async () => {
      const app = await this.read(order)
      if (app.name === name) return this.take(app, order, remember)
      throw new AppFileError(`${sourceText(order.source)} holds an app ${app.name} now, and no ${name}`)
    })
  }

  /** Reads an app's file, also where that hung before: somebody asks for it. */
  private read({ source }: AppOrder): Promise<App> {
    const file = fileOfSource(source)
    this.hung.forget(file)
    return importApp(file)
  }

  private async take(app: App, order: AppOrder, remembered: boolean): Promise<HostedApp> {
    const { name, pipeline } = app
    // Somebody asks for it, or nothing is amiss: if it hangs it is noted again.
    this.hung.forget(name)
    const { firstTable } = await this.engine.loadGradually(app, order.config)
    this.kept.set(name, { order, remembered, failure: undefined })
    const { source, config = {} } = order
    const tables = { first: firstTable, count: pipeline.length }
    if (remembered) await this.installs.put(makeId('app', name), { name, source, config, tables })
    return this.get(name) as HostedApp
  }

  /**
   * Reads an app's file again; undefined where there is no app of that name.
   *
   * @throws as `load`
   */
  async reload(name: string): Promise<HostedApp | undefined> {
    const kept = this.kept.get(name)
    return kept && this.loadNamed(name, kept.order, kept.remembered)
  }

  /** Withdraws an app and forgets it; false where there was none. */
  unload(name: string): Promise<boolean> {
    return this.alone(async () => {
      const kept = this.kept.get(name)
      if (!kept) return false
      this.kept.delete(name)
      for (const hung of hungNames(name, kept.order)) this.hung.forget(hung)
      this.engine.unload(name)
      await this.engine.settled()
      await this.installs.delete(makeId('app', name))
      return true
    })
  }

  /**
   * What loading an app would change in the switches.
   *
   * @throws as `load`
   */
  plan({ source, config }: AppOrder): Promise<{ readonly app: string; readonly switches: readonly SwitchPlan[] }> {
    return this.alone(async () => {
      const app = await importApp(fileOfSource(source))
      const known = this.kept.get(app.name)
      const sameFile = known !== undefined && sourceText(known.order.source) === sourceText(source)
      // Without a configuration of its own, a file that is loaded is planned as a reload would have it.
      const configured = config ?? (sameFile ? known.order.config : undefined)
      return { app: app.name, switches: await this.engine.plan(app, configured) }
    })
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work)
    this.queue = result.catch(() => undefined)
    return result
  }
}
