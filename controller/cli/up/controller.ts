import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Api, serveApi, type TranslatedConnection, type TunnelHealth } from '../../api/index.ts'
import {
  AppHost,
  ConfigError,
  type Endpoint,
  Engine,
  type Following,
  followStore,
  HungAppsFile,
  Observations,
  type Report,
  sourceText,
} from '../../engine/index.ts'
import { type Hosts, type JoinedHosts, joinHosts } from '../../hosts/index.ts'
import { Compactor, Intents, openSqliteStore, type Store } from '../../state/index.ts'
import { formatAddress } from '../address.ts'
import { CliError } from '../cli-error.ts'
import type { Started } from './banner.ts'
import type { AppSetting, Settings } from './settings.ts'

/** A controller that runs. */
export interface Running {
  readonly started: Started
  readonly engine: Engine
  /** Ends it; switches keep their flows. */
  readonly stop: () => Promise<void>
}

interface Parts {
  readonly store: Store
  readonly compactor: Compactor
  readonly engine: Engine
  readonly host: AppHost
  /** What users want. */
  readonly intents: Intents
  /** Keeps the engine's model as the store is. */
  readonly following: Following
  /** What hosts report, on its way to the store. */
  readonly observations: Observations
  joined: JoinedHosts | undefined
  api: Api | undefined
}

const explained = (text: string, error: unknown): CliError => {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new CliError(`${text} is in use: does another heddle run?`)
  // Node says the same where there is no such folder.
  if (code === 'EACCES') return new CliError(`${text}: permission denied, or a folder of it does not exist`)
  if (code === 'EADDRNOTAVAIL') return new CliError(`${text}: this machine has no such address`)
  return new CliError(message.includes(text) ? message : `${text}: ${message}`)
}

const loadApp = async (host: AppHost, { order, locate }: AppSetting): Promise<void> => {
  try {
    await host.start(order)
  } catch (error) {
    if (error instanceof ConfigError) {
      const lines = error.problems.map(({ path, message }) => locate({ path: `config/${path}`, message }))
      throw new CliError(lines.join('\n'))
    }
    throw new CliError(`app ${sourceText(order.source)}: ${(error as Error).message}`)
  }
}

/** As ovs-vsctl takes it; `port` where it was left to the system to choose. */
const endpointText = (endpoint: Endpoint, port: number): string => {
  if ('path' in endpoint) return `unix:${endpoint.path}`
  return `${endpoint.tls ? 'ssl' : 'tcp'}:${formatAddress({ host: endpoint.host ?? '127.0.0.1', port })}`
}

/** Has those connect who are to be controlled: switches, or the databases of hosts. */
const listen = async (listener: Pick<Engine | Hosts, 'listen'>, endpoint: Endpoint): Promise<string> => {
  try {
    const { port } = await listener.listen(endpoint)
    return endpointText(endpoint, port)
  } catch (error) {
    throw explained(endpointText(endpoint, 'port' in endpoint ? endpoint.port : 0), error)
  }
}

/** Where apps that hung are noted, in the folder of the store. */
export const hungAppsIn = (data: string): string => join(data, 'hung-apps.json')

const openStore = async (data: string): Promise<Store> => {
  try {
    return await openSqliteStore(join(data, 'heddle.db'))
  } catch (error) {
    throw new CliError((error as Error).message)
  }
}

/** How tunnels do, as the app has found that tries them. */
const tunnelHealth = (engine: Engine) => (from: string, to: string, encapsulation: string) =>
  engine.apps.get('tunnel-probe')?.known('tunnels', `${from} ${to} ${encapsulation}`) as TunnelHealth | undefined

/** What the app for it has recorded. */
interface Recorder {
  newest(limit: number, router?: string): readonly TranslatedConnection[]
}

const translated = (engine: Engine) => (limit: number, router: string | undefined) =>
  (engine.apps.get('nat-record')?.known('recorders', '') as Recorder | undefined)?.newest(limit, router) ?? []

const serve = async (parts: Parts, { api }: Settings, version: string, log: Logger): Promise<string> => {
  const { engine, host, intents, following } = parts
  const failed = (error: Error) => log.error({ err: error }, 'a request to the API failed')
  const token = api.token === undefined ? {} : { token: api.token }
  try {
    const reached = (revision: number) => following.reached(revision)
    const isInstalled = (port: string) => parts.joined?.isInstalled(port) === true
    const forgetHost = (id: string) => parts.joined?.hosts.forget(id) === true
    const hostProblems = (id: string) => parts.joined?.hosts.problemsOf(id) ?? []
    const refusedHosts = () => parts.joined?.hosts.refused ?? []
    const shown = { tunnelHealth: tunnelHealth(engine), translated: translated(engine), isInstalled }
    const options = {
      ...{ engine, host, intents, reached, ...shown, forgetHost, hostProblems, refusedHosts },
      ...{ version, failed, ...token },
    }
    parts.api = await serveApi(options, api.host, api.port)
  } catch (error) {
    throw explained(`the API's address ${formatAddress(api)}`, error)
  }
  const address = parts.api.server.address()
  return `http://${formatAddress(typeof address === 'object' && address !== null ? { host: api.host, port: address.port } : api)}`
}

/** Where switches of hosts find this controller, unless the hosts say it themselves. */
const openflowPort = (endpoints: readonly Endpoint[], texts: readonly string[]) => {
  const at = endpoints.findIndex((endpoint) => !('path' in endpoint))
  const port = /:(\d+)$/.exec(texts[at] ?? '')?.[1]
  const endpoint = endpoints[at]
  const tls = endpoint !== undefined && 'tls' in endpoint && endpoint.tls !== undefined
  return port === undefined ? {} : { port: Number(port), tls }
}

const listenForHosts = async (parts: Parts, settings: Settings, openflow: readonly string[], report: Report) => {
  if (!settings.ovsdb) return []
  const { engine, observations } = parts
  const joined = joinHosts(engine, observations, { report, openflow: openflowPort(settings.endpoints, openflow) })
  parts.joined = joined
  const texts: string[] = []
  for (const endpoint of settings.ovsdb) texts.push(await listen(joined.hosts, endpoint))
  return texts
}

const stop = async (parts: Parts): Promise<void> => {
  const { store, compactor, engine, joined, intents, following, observations, api } = parts
  compactor.stop()
  await joined?.stop()
  await engine.stop()
  await api?.close()
  intents.close()
  following.close()
  await observations.saved()
  await store.close()
}

/**
 * Starts a controller. Apps come before switches: a switch that connects is compared with what all
 * of them want.
 *
 * @throws CliError saying what to mend; nothing runs then
 */
export const startController = async (settings: Settings, version: string, log: Logger): Promise<Running> => {
  const store = await openStore(settings.data)
  const report: Report = (level, message, about) => log[level](about ?? {}, message)
  const engine = new Engine({ report, drift: settings.drift })
  const hung = new HungAppsFile(hungAppsIn(settings.data))
  const host = new AppHost(engine, store, report, hung)
  const intents = await Intents.open(store, { admissions: () => engine.admissions() })
  const following = await followStore(store, engine.model, (key) =>
    report('error', `${key} cannot be read: it is left out`),
  )
  following.ended.catch((error: Error) => report('error', `the store is not followed any more: ${error.message}`))
  const unsaved = (error: Error) => report('error', `what hosts report is not saved: ${error.message}`)
  const observations = new Observations(engine.model, store, unsaved)
  const compactor = new Compactor(store, settings.history, (error) =>
    report('warn', `history cannot be compacted: ${error.message}`),
  )
  const kept = { store, compactor, intents, following, observations }
  const parts: Parts = { ...kept, engine, host, joined: undefined, api: undefined }
  try {
    await host.restore()
    for (const app of settings.apps) await loadApp(host, app)
    host.started()
    const api = await serve(parts, settings, version, log)
    const openflow: string[] = []
    for (const endpoint of settings.endpoints) openflow.push(await listen(engine, endpoint))
    const ovsdb = await listenForHosts(parts, settings, openflow, report)
    const apps = host.list().map(({ name }) => name)
    const started = { version, data: settings.data, openflow, ovsdb, api, apps }
    return { started, engine, stop: () => stop(parts) }
  } catch (error) {
    await stop(parts)
    throw error
  }
}
