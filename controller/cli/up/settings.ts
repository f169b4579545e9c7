import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type AppOrder, type Endpoint, looksLikeFile, type Problem, problemText } from '../../engine/index.ts'
import { defaultRetention, type Retention } from '../../state/index.ts'
import { type Address, parseAddress } from '../address.ts'
import { CliError } from '../cli-error.ts'
import { givenToken } from '../token.ts'
import { type Config, shortestToken } from './config-schema.ts'
import { endpointsOf, type ListenOptions } from './endpoints.ts'
import { type Filed, mistake, readConfig } from './filed.ts'

/** The options of `heddle up`. */
export interface UpOptions extends ListenOptions {
  readonly config?: string
  readonly data?: string
  readonly app: readonly string[]
  readonly listen: readonly string[]
  readonly api?: string
  readonly networks?: true
  readonly ovsdb: readonly string[]
}

/** An app of this run, and how to say where a mistake in its configuration is. */
export interface AppSetting {
  readonly order: AppOrder
  readonly locate: (problem: Problem) => string
}

/** How a controller is to run. */
export interface Settings {
  /** Folder of the store. */
  readonly data: string
  readonly endpoints: readonly Endpoint[]
  /** Where hosts' databases connect; undefined where there are no networks over hosts. */
  readonly ovsdb: readonly Endpoint[] | undefined
  readonly api: Address & { readonly token?: string }
  readonly apps: readonly AppSetting[]
  /** Seconds after which an app's code that has not returned counts as hung. */
  readonly appDeadline: number
  readonly drift: 'repair' | 'report'
  readonly history: Retention
  readonly level: string
}

const defaultListen = ['127.0.0.1:6653']
const defaultOvsdb = ['127.0.0.1:6640']
/** Apps that networks over hosts need, in the order in which they are loaded. */
const networkApps = [
  'ipam',
  'overlay',
  'arp-responder',
  'guard',
  'firewall',
  'router',
  'nat',
  'dhcp',
  'qos',
  'tunnel-probe',
]
/** Rules of a million flows take a fraction of it. */
const usualAppDeadline = 30
const defaultApi = '127.0.0.1:8181'

const defaultData = (): string =>
  process.getuid?.() === 0
    ? '/var/lib/heddle'
    : join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'heddle')

type ListedApp = NonNullable<Config['apps']>[number]

const filedApp = (filed: Filed, { name, file, config }: ListedApp, at: string): AppSetting => {
  const locate = ({ path, message }: Problem) => filed.locate({ path: `${at}/${path}`, message })
  const configured = config === undefined ? {} : { config }
  if (name !== undefined && file === undefined) return { order: { source: { builtin: name }, ...configured }, locate }
  if (file === undefined || name !== undefined) throw mistake(filed, at, 'exactly one of name and file is expected')
  return { order: { source: { file: filed.path(file) }, ...configured }, locate }
}

/** An app as it is named on the command line. */
export const orderOf = (text: string): AppOrder => ({
  source: looksLikeFile(text) ? { file: resolve(text) } : { builtin: text },
})

const orderedBy = (text: string): AppSetting => ({ order: orderOf(text), locate: problemText })

/** The token of the API: that of the environment comes first. */
const tokenOf = (listed: string | undefined): string | undefined => {
  const given = givenToken()
  if (given !== undefined && given.length < shortestToken) {
    throw new CliError(`HEDDLE_TOKEN: must not have fewer than ${shortestToken} characters`)
  }
  return given ?? listed
}

const isBuiltin =
  (name: string) =>
  ({ order: { source } }: AppSetting): boolean =>
    'builtin' in source && source.builtin === name

/**
 * How a controller is to run: the command line, else the configuration file, else the usual.
 *
 * @throws CliError naming the option, or the line of the file, that is wrong
 */
export const settingsOf = (options: UpOptions): Settings => {
  const filed = readConfig(options.config)
  const { data, api = {}, apps = [], appDeadline = usualAppDeadline, drift = 'repair' } = filed.config
  const { history = {}, log } = filed.config
  const withNetworks = options.networks ?? (options.ovsdb.length > 0 || filed.config.networks === true)
  const asked = [...apps.map((one, index) => filedApp(filed, one, `apps/${index}`)), ...options.app.map(orderedBy)]
  const token = tokenOf(api.token)
  return {
    data: options.data ? resolve(options.data) : data === undefined ? defaultData() : filed.path(data),
    endpoints: endpointsOf(options.listen, 'openflow', defaultListen, options, filed),
    ovsdb: withNetworks ? endpointsOf(options.ovsdb, 'ovsdb', defaultOvsdb, options, filed) : undefined,
    api: { ...parseAddress(options.api ?? api.listen ?? defaultApi), ...(token === undefined ? {} : { token }) },
    apps: [
      ...(withNetworks ? networkApps.filter((name) => !asked.some(isBuiltin(name))).map(orderedBy) : []),
      ...asked,
    ],
    appDeadline,
    drift,
    history: { ...defaultRetention, ...history },
    level: log?.level ?? 'info',
  }
}
