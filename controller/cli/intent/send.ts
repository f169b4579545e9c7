import type { Problem } from '../../engine/index.ts'
import { ask, type ClientOptions, RefusedError } from '../ask/client.ts'
import { CliError } from '../cli-error.ts'
import type { Filed } from './documents.ts'

/** What differs of one thing. */
export interface Change {
  readonly kind: string
  readonly id: string
  readonly action: 'created' | 'updated' | 'deleted'
  readonly before?: Readonly<Record<string, unknown>>
  readonly after?: Readonly<Record<string, unknown>>
  readonly assigned?: { readonly mac?: string; readonly addresses?: readonly string[]; readonly vni?: number }
}

export interface Applied {
  readonly revision: number
  readonly dryRun: boolean
  readonly created: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
  readonly changes: readonly Change[]
}

export interface FileOptions extends ClientOptions {
  readonly file: readonly string[]
  readonly prune?: true
  readonly wait?: boolean
}

/** `resources/3/spec/cidr`: which of the resources, and what of it. */
const placeForm = /^resources\/(\d+)(?:\/spec)?\/?(.*)$/

const located = (filed: readonly Filed[], { path, message }: Problem): string => {
  const [, number, field = ''] = placeForm.exec(path) ?? []
  const one = number === undefined ? undefined : filed[Number(number)]
  return one ? one.locate({ path: field, message }) : `${path}: ${message}`
}

/**
 * Sends what files describe, as one transaction.
 *
 * @throws CliError naming the lines of the files that are wrong
 */
export const sendFiles = async ({ file, prune, wait, api }: FileOptions, dryRun: boolean): Promise<Applied> => {
  // Only who has files needs what reads them.
  const { readResources } = await import('./documents.ts')
  const filed = readResources(file)
  if (filed.length === 0 && prune)
    throw new CliError(`${file.join(' and ')} describe nothing: --prune would delete all`)
  const resources = filed.map(({ resource }) => resource)
  const body = { resources, dryRun, prune: prune === true, wait: wait === true }
  try {
    return await ask<Applied>(api === undefined ? {} : { api }, 'POST', '/v1/apply', { body })
  } catch (error) {
    if (!(error instanceof RefusedError) || error.problems.length === 0) throw error
    throw new CliError(error.problems.map((problem) => located(filed, problem)).join('\n'))
  }
}
