import type { Duplex } from 'node:stream'
import { OvsdbError, ProtocolError, TransactionRefused } from './errors.ts'
import type { Mirror } from './mirror.ts'
import { follow, startMonitor, type TakeUpdate } from './monitor.ts'
import type { Operation } from './operations.ts'
import { JsonRpc, type RpcOptions } from './rpc.ts'
import { parseSchema, type Schema } from './schema.ts'
import type { RowJson } from './value.ts'

/** Where a session comes from and where it arrived. */
export interface Origin {
  /** For people to read; of TCP connections no two open ones share it. */
  readonly text: string
  /** IP address of the peer; undefined over a unix socket. */
  readonly remoteAddress?: string | undefined
  /** IP address of this machine that the peer has reached; undefined over a unix socket. */
  readonly localAddress?: string | undefined
}

/** What one operation of a transaction gave (RFC 7047 §5.2). */
export interface Result {
  /** Of the row that an `insert` made. */
  readonly uuid?: readonly ['uuid', string]
  /** What a `select` found. */
  readonly rows?: readonly RowJson[]
  /** How many rows an `update`, `mutate` or `delete` met. */
  readonly count?: number
}

interface ResultError {
  readonly error: string
  readonly details?: string
}

const isError = (result: unknown): result is ResultError =>
  typeof result === 'object' && result !== null && typeof (result as ResultError).error === 'string'

/** RFC 7047 §4.1.3: an error stands in the place of the operation that failed, or after all of them. */
const throwRefusal = (operations: readonly Operation[], results: readonly unknown[]): void => {
  const at = results.findIndex(isError)
  if (at < 0) return
  const { error, details } = results[at] as ResultError
  const failed = operations[at]
  if (!failed) throw new TransactionRefused(error, details)
  const table = 'table' in failed ? failed.table : undefined
  throw new TransactionRefused(error, details, { operation: at, op: failed.op, table })
}

/** A connection with a database server, from whichever side it was made. */
export class OvsdbSession {
  readonly origin: Origin
  readonly rpc: JsonRpc
  private readonly monitors = new Map<string, TakeUpdate>()
  private readonly onClose: ((reason: string) => void)[] = []
  private ended: string | undefined

  constructor(stream: Duplex, origin: Origin, options: Partial<RpcOptions> = {}) {
    this.origin = origin
    const notification = (method: string, params: readonly unknown[]) => this.notified(method, params)
    this.rpc = new JsonRpc(stream, { notification, close: (reason) => this.closed(reason) }, options)
  }

  /** Has `then` told the reason when the connection ends; at once where it has. It may not throw. */
  whenClosed(then: (reason: string) => void): void {
    if (this.ended === undefined) this.onClose.push(then)
    else then(this.ended)
  }

  /** The names of the databases that the server has (RFC 7047 §4.1.1). */
  async listDatabases(): Promise<string[]> {
    const names = await this.rpc.request('list_dbs', [])
    if (Array.isArray(names)) return names.map(String)
    throw new ProtocolError('list_dbs gave no list')
  }

  /** RFC 7047 §4.1.2 */
  async schema(database: string): Promise<Schema> {
    return parseSchema(await this.rpc.request('get_schema', [database]))
  }

  /**
   * Does all of these operations or none (RFC 7047 §4.1.3), and gives what each came to.
   *
   * @param deadline milliseconds
   * @throws TransactionRefused naming the operation; RequestRefused, RequestTimeout, ConnectionClosed
   */
  async transact(database: string, operations: readonly Operation[], deadline?: number): Promise<readonly Result[]> {
    const results = await this.rpc.request('transact', [database, ...operations], deadline)
    if (!Array.isArray(results)) throw new ProtocolError('transact gave no list')
    throwRefusal(operations, results)
    return results as Result[]
  }

  /**
   * Keeps a mirror up to date until the connection ends; resolves once it is.
   *
   * @throws OvsdbError
   */
  async monitor(database: string, schema: Schema, mirror: Mirror): Promise<void> {
    const id = `heddle-${this.monitors.size}`
    this.monitors.set(id, follow(mirror))
    await startMonitor(this.rpc, database, id, schema, mirror)
  }

  close(reason: string): void {
    this.rpc.close(reason)
  }

  private notified(method: string, params: readonly unknown[]): void {
    this.monitors.get(String(params[0]))?.(method, params)
  }

  private closed(reason: string): void {
    this.ended = reason
    for (const then of this.onClose.splice(0)) then(reason)
  }
}

/** The database of Open vSwitch. */
export const openVSwitch = 'Open_vSwitch'

/** @throws OvsdbError for a server that does not have that database */
export const schemaOf = async (session: OvsdbSession, database = openVSwitch): Promise<Schema> => {
  const names = await session.listDatabases()
  if (names.includes(database)) return session.schema(database)
  throw new OvsdbError(`the server has no database ${database}: ${names.join(', ').slice(0, 200) || 'none at all'}`)
}
