import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Database, RowChange } from './database.ts'
import { noUuid } from './datum.ts'
import { OperationError } from './errors.ts'
import { JsonStream } from './json-stream.ts'
import { type Form, Monitor } from './monitor.ts'
import { schemaJson } from './schema.ts'
import type { Json } from './transaction.ts'

type Answer = (session: Session, params: readonly unknown[]) => unknown

/** A monitor, and the method by which changes are told. */
interface Watching {
  readonly monitor: Monitor
  readonly method: 'update' | 'update2' | 'update3'
}

/** RFC 7047 §4.1, and what ovsdb-server(7) adds. */
const methods: Readonly<Record<string, Answer>> = {
  echo: (_, params) => params,
  list_dbs: ({ database }) => [database.schema.name],
  get_schema: (session, [name]) => schemaJson(session.known(name).schema),
  transact: (session, [name, ...operations]) => session.known(name).transact(operations).results,
  monitor: (session, params) => session.monitor('update', 'update', params),
  monitor_cond: (session, params) => session.monitor('update2', 'update2', params),
  // It keeps no history: all rows come anew.
  monitor_cond_since: (session, params) => [false, noUuid, session.monitor('update2', 'update3', params)],
  monitor_cancel: (session, [id]) => session.cancel(id),
  set_db_change_aware: () => ({}),
}

/** One peer of a database: JSON-RPC 1.0 over any duplex stream, from whichever side it was made (RFC 7047 §4). */
export class Session {
  readonly database: Database
  private readonly stream: Duplex
  private readonly monitors = new Map<string, Watching>()
  private readonly unfollow: () => void

  constructor(database: Database, stream: Duplex) {
    this.database = database
    this.stream = stream
    this.unfollow = database.follow((changes) => this.tell(changes))
    const messages = new JsonStream()
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const message of messages.push(chunk)) this.take(message)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        this.close()
      }
    })
    stream.on('error', () => this.close())
    stream.on('end', () => this.close())
    stream.on('close', () => this.unfollow())
  }

  close(): void {
    this.unfollow()
    this.stream.end()
  }

  /** @throws OperationError where it is no name of the database */
  known(name: unknown): Database {
    if (name === this.database.schema.name) return this.database
    throw new OperationError('unknown database', `there is no database ${String(name).slice(0, 80)}`)
  }

  monitor(form: Form, method: Watching['method'], [name, id, requests]: readonly unknown[]): unknown {
    const database = this.known(name)
    const key = JSON.stringify(id)
    if (this.monitors.has(key)) throw new OperationError('duplicate monitor ID', `there is a monitor ${key}`)
    const monitor = new Monitor(database, form, requests)
    this.monitors.set(key, { monitor, method })
    return monitor.initial(database)
  }

  cancel(id: unknown): unknown {
    if (this.monitors.delete(JSON.stringify(id))) return {}
    throw new OperationError('unknown monitor', `there is no monitor ${JSON.stringify(id)}`)
  }

  private tell(changes: readonly RowChange[]): void {
    for (const [key, { monitor, method }] of this.monitors) {
      const told = monitor.changed(changes)
      if (told === undefined) continue
      const id = JSON.parse(key) as unknown
      this.send({ id: null, method, params: method === 'update3' ? [id, randomUUID(), told] : [id, told] })
    }
  }

  private take(json: unknown): void {
    const { id = null, method, params } = json as Json
    // Answers and what wants none: this side asks nothing.
    if (typeof method !== 'string' || id === null) return
    try {
      const answer = Object.hasOwn(methods, method) ? methods[method] : undefined
      if (!answer) throw new OperationError('unknown method', method.slice(0, 80))
      this.send({ id, result: answer(this, Array.isArray(params) ? params : []), error: null })
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      const isMethod = error.error === 'unknown method'
      this.send({ id, result: null, error: isMethod ? error.error : error.json })
    }
  }

  private send(message: Json): void {
    if (!this.stream.destroyed && !this.stream.writableEnded) this.stream.write(JSON.stringify(message))
  }
}
