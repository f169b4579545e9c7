import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import {
  type AppOrder,
  type Endpoint,
  looksLikeFile,
  type Problem,
  problemsOf,
  problemText,
  type TlsKeys,
} from '../../engine/index.ts'
import { type Address, parseAddress } from '../address.ts'
import { CliError } from '../cli-error.ts'
import { readYaml } from '../yaml-file.ts'
import { Config } from './config-schema.ts'

/** The options of `heddle up`. */
export interface UpOptions {
  readonly config?: string
  readonly data?: string
  readonly app: readonly string[]
  readonly listen: readonly string[]
  readonly api?: string
  readonly insecure?: true
  readonly tlsKey?: string
  readonly tlsCert?: string
  readonly tlsCa?: string
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
  readonly api: Address & { readonly token?: string }
  readonly apps: readonly AppSetting[]
  readonly drift: 'repair' | 'report'
  readonly level: string
}

const defaultListen = ['127.0.0.1:6653']
const defaultApi = '127.0.0.1:8181'

const defaultData = (): string =>
  process.getuid?.() === 0
    ? '/var/lib/heddle'
    : join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'heddle')

const readKeys = (files: TlsKeys): TlsKeys => {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw new CliError(`TLS: ${(error as Error).message}`)
    }
  }
  return { key: read(files.key), cert: read(files.cert), ca: read(files.ca) }
}

const optionKeys = ({ tlsKey, tlsCert, tlsCa }: UpOptions): TlsKeys | undefined => {
  if (tlsKey === undefined && tlsCert === undefined && tlsCa === undefined) return undefined
  if (tlsKey === undefined || tlsCert === undefined || tlsCa === undefined) {
    throw new CliError('--tls-key, --tls-cert and --tls-ca belong together')
  }
  return readKeys({ key: tlsKey, cert: tlsCert, ca: tlsCa })
}

const endpointOf = (text: string, tls: TlsKeys | undefined, insecure: boolean): Endpoint =>
  text.startsWith('unix:')
    ? { path: resolve(text.slice('unix:'.length)) }
    : { ...parseAddress(text), ...(tls ? { tls } : {}), insecure }

type Listed<Name extends 'openflow' | 'apps'> = NonNullable<Config[Name]>[number]

/** What a file says, with its paths made absolute. */
interface Filed {
  readonly config: Config
  readonly path: (relative: string) => string
  readonly locate: (problem: Problem) => string
}

const noFile: Filed = { config: {}, path: resolve, locate: problemText }

const readConfig = (file: string | undefined): Filed => {
  if (file === undefined) return noFile
  const yaml = readYaml(file)
  const problems = problemsOf(Config, yaml.value)
  if (problems.length > 0) throw new CliError(problems.map(yaml.locate).join('\n'))
  return { config: yaml.value as Config, path: (relative) => resolve(dirname(file), relative), locate: yaml.locate }
}

const mistake = ({ locate }: Filed, path: string, message: string): CliError => new CliError(locate({ path, message }))

const filedEndpoint = (
  filed: Filed,
  { listen, unix, tls, insecure = false }: Listed<'openflow'>,
  at: string,
): Endpoint => {
  if (unix !== undefined && listen === undefined) return { path: filed.path(unix) }
  if (listen === undefined || unix !== undefined) throw mistake(filed, at, 'exactly one of listen and unix is expected')
  const keys = tls && readKeys({ key: filed.path(tls.key), cert: filed.path(tls.cert), ca: filed.path(tls.ca) })
  try {
    return { ...parseAddress(listen), ...(keys ? { tls: keys } : {}), insecure }
  } catch (error) {
    throw mistake(filed, `${at}/listen`, (error as Error).message)
  }
}

const filedApp = (filed: Filed, { name, file, config }: Listed<'apps'>, at: string): AppSetting => {
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

const endpointsOf = (options: UpOptions, filed: Filed): Endpoint[] => {
  const listed = filed.config.openflow
  if (options.listen.length === 0 && listed) {
    return listed.map((one, index) => filedEndpoint(filed, one, `openflow/${index}`))
  }
  const keys = optionKeys(options)
  const texts = options.listen.length === 0 ? defaultListen : options.listen
  return texts.map((text) => endpointOf(text, keys, options.insecure === true))
}

/**
 * How a controller is to run: the command line, else the configuration file, else the usual.
 *
 * @throws CliError naming the option, or the line of the file, that is wrong
 */
export const settingsOf = (options: UpOptions): Settings => {
  const filed = readConfig(options.config)
  const { data, api = {}, apps = [], drift = 'repair', log } = filed.config
  const token = process.env.HEDDLE_TOKEN ?? api.token
  return {
    data: options.data ? resolve(options.data) : data === undefined ? defaultData() : filed.path(data),
    endpoints: endpointsOf(options, filed),
    api: { ...parseAddress(options.api ?? api.listen ?? defaultApi), ...(token === undefined ? {} : { token }) },
    apps: [
      ...apps.map((one, index) => filedApp(filed, one, `apps/${index}`)),
      ...options.app.map((text) => ({ order: orderOf(text), locate: problemText })),
    ],
    drift,
    level: log?.level ?? 'info',
  }
}
