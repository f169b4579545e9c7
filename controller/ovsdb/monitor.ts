import { OvsdbError, ProtocolError, RequestRefused } from './errors.ts'
import type { Mirror } from './mirror.ts'
import type { JsonRpc, Outcome } from './rpc.ts'
import type { Schema } from './schema.ts'

/** Takes what a server says unasked of a monitor. */
export type TakeUpdate = (method: string, params: readonly unknown[]) => void

/** A way to monitor: the newest that the server has is taken. */
interface Way {
  readonly method: string
  /** Parameters after the requests. */
  readonly more: (mirror: Mirror) => readonly unknown[]
  readonly begin: (mirror: Mirror, result: unknown) => void
}

/** A server that keeps no history says that it has not found the transaction: then all rows come. */
const noTransaction = '00000000-0000-0000-0000-000000000000'

const beginSince = (mirror: Mirror, result: unknown): void => {
  if (!Array.isArray(result) || result.length !== 3) throw new ProtocolError('monitor_cond_since gave no three values')
  const [found, last, updates] = result as [unknown, unknown, unknown]
  if (found === true) mirror.update2(updates)
  else mirror.replace(updates)
  if (typeof last === 'string') mirror.lastTransaction = last
}

const beginAnew = (mirror: Mirror, result: unknown): void => {
  mirror.lastTransaction = undefined
  mirror.replace(result)
}

const ways: readonly Way[] = [
  {
    method: 'monitor_cond_since',
    more: ({ lastTransaction }) => [lastTransaction ?? noTransaction],
    begin: beginSince,
  },
  { method: 'monitor_cond', more: () => [], begin: beginAnew },
  { method: 'monitor', more: () => [], begin: beginAnew },
]

/** What a server calls a method that it does not have. */
const unknownMethod = 'unknown method'

/**
 * Asks for a monitor, and fills the mirror from its answer before anything that comes after is looked at.
 *
 * @throws what the mirror or the server says
 */
const begin = (rpc: JsonRpc, way: Way, params: readonly unknown[], mirror: Mirror): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (outcome: Outcome): void => {
      try {
        if ('error' in outcome) throw outcome.error
        way.begin(mirror, outcome.result)
        resolve()
      } catch (error) {
        reject(error as Error)
      }
    }
    rpc.call(way.method, [...params, ...way.more(mirror)], settle)
  })

/**
 * Keeps a mirror up to date from now on; resolves once it is.
 *
 * @throws OvsdbError where the server refuses, or what it says is not understood
 */
export const startMonitor = async (
  rpc: JsonRpc,
  database: string,
  id: string,
  schema: Schema,
  mirror: Mirror,
): Promise<void> => {
  const requests = Object.fromEntries(
    [...mirror.fit(schema)].map(([table, columns]) => [table, [{ columns: [...columns.keys()] }]]),
  )
  for (const way of ways) {
    try {
      return await begin(rpc, way, [database, id, requests], mirror)
    } catch (error) {
      if (!(error instanceof RequestRefused) || error.error !== unknownMethod) throw error
    }
  }
  throw new OvsdbError('the server has no way to monitor a database')
}

/** Has a mirror follow what the server says of its monitor. */
export const follow =
  (mirror: Mirror): TakeUpdate =>
  (method, params) => {
    if (method === 'update') mirror.update(params[1])
    else if (method === 'update2') mirror.update2(params[1])
    else if (method === 'update3') {
      mirror.update2(params[2])
      if (typeof params[1] === 'string') mirror.lastTransaction = params[1]
    }
  }
