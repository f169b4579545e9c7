import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Endpoint, TlsKeys } from '../../engine/index.ts'
import { parseAddress } from '../address.ts'
import { CliError } from '../cli-error.ts'
import type { Config } from './config-schema.ts'
import { type Filed, mistake } from './filed.ts'

/** Options that say how those connect who are to be controlled. */
export interface ListenOptions {
  readonly insecure?: true
  readonly tlsKey?: string
  readonly tlsCert?: string
  readonly tlsCa?: string
}

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

const optionKeys = ({ tlsKey, tlsCert, tlsCa }: ListenOptions): TlsKeys | undefined => {
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

type Listed = NonNullable<Config['openflow']>[number]

const filedEndpoint = (filed: Filed, { listen, unix, tls, insecure = false }: Listed, at: string): Endpoint => {
  if (unix !== undefined && listen === undefined) return { path: filed.path(unix) }
  if (listen === undefined || unix !== undefined) throw mistake(filed, at, 'exactly one of listen and unix is expected')
  const keys = tls && readKeys({ key: filed.path(tls.key), cert: filed.path(tls.cert), ca: filed.path(tls.ca) })
  try {
    return { ...parseAddress(listen), ...(keys ? { tls: keys } : {}), insecure }
  } catch (error) {
    throw mistake(filed, `${at}/listen`, (error as Error).message)
  }
}

/**
 * Where to listen: as the command line says, else as the file does, else the usual.
 *
 * @param texts of the command line
 * @param section of the file
 */
export const endpointsOf = (
  texts: readonly string[],
  section: 'openflow' | 'ovsdb',
  usual: readonly string[],
  options: ListenOptions,
  filed: Filed,
): Endpoint[] => {
  const listed = filed.config[section]
  if (texts.length === 0 && listed) return listed.map((one, index) => filedEndpoint(filed, one, `${section}/${index}`))
  const keys = optionKeys(options)
  return (texts.length === 0 ? usual : texts).map((text) => endpointOf(text, keys, options.insecure === true))
}
