import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Json } from './document.ts'
import { ConflictError, InvalidDocumentError } from './errors.ts'
import { type Id, makeId } from './ids.ts'
import { type Batch, type Entry, type Event, type Operation, type Store, unchanged } from './store.ts'

/** A kind of entity: its name starts the keys, its schema is the shape of the documents. */
export interface Kind<Name extends string, Schema extends TSchema> {
  readonly name: Name
  readonly schema: Schema
}

/** An entity as it is stored. */
export interface Item<Name extends string, Value> {
  readonly id: Id<Name>
  readonly value: Value
  /** The revision that last changed it: its etag. */
  readonly revision: number
}

export type Change<Name extends string, Value> =
  | { readonly type: 'put'; readonly item: Item<Name, Value> }
  | { readonly type: 'delete'; readonly id: Id<Name> }

export interface ChangeBatch<Name extends string, Value> {
  readonly revision: number
  readonly changes: readonly Change<Name, Value>[]
}

export interface WriteOptions {
  /** Only if the entity is still at this revision; 0: only if there is none. Without it, whatever is there. */
  readonly ifRevision?: number
}

/** The entities of one kind. Reading throws InvalidDocumentError for a document that the schema refuses. */
export interface Collection<Name extends string, Value> {
  get(id: Id<Name>): Promise<Item<Name, Value> | undefined>
  /** All of them in the order of their ids, and the revision at which they were so. */
  list(): Promise<{ readonly revision: number; readonly items: readonly Item<Name, Value>[] }>
  /** @throws ConflictError, InvalidDocumentError naming the part that the schema refuses */
  put(id: Id<Name>, value: Value, options?: WriteOptions): Promise<Item<Name, Value>>
  /**
   * False where there was none.
   *
   * @throws ConflictError
   */
  delete(id: Id<Name>, options?: WriteOptions): Promise<boolean>
  /** As the store's watch; to follow a list, give the revision after the list's. */
  watch(fromRevision?: number): AsyncIterable<ChangeBatch<Name, Value>> & { close(): void }
  /** A put for a transaction of the store that changes several entities at once. */
  toPut(id: Id<Name>, value: Value): Operation
  /** The key in the store, for a transaction. */
  key(id: Id<Name>): string
}

export const collection = <Name extends string, Schema extends TSchema>(
  store: Store,
  kind: Kind<Name, Schema>,
): Collection<Name, Static<Schema>> => {
  type Value = Static<Schema>
  const { key, idOf, check } = shapeOf(kind)

  const itemOf = ({ key, value, modRevision }: Entry): Item<Name, Value> => ({
    id: idOf(key),
    value: check(value, key),
    revision: modRevision,
  })
  const changeOf = (event: Event): Change<Name, Value> =>
    event.type === 'put' ? { type: 'put', item: itemOf(event.entry) } : { type: 'delete', id: idOf(event.key) }
  const toPut = (id: Id<Name>, value: Value): Operation => ({
    type: 'put',
    key: key(id),
    value: check(value, key(id)) as Json,
  })

  return {
    key,
    toPut,
    get: async (id) => {
      const entry = await store.get(key(id))
      return entry && itemOf(entry)
    },
    list: async () => {
      const { revision, entries } = await store.range({ prefix: `${kind.name}/` })
      return { revision, items: entries.map(itemOf) }
    },
    put: async (id, value, options) => {
      const { revision } = await write(store, toPut(id, value), key(id), options)
      return { id, value, revision }
    },
    delete: async (id, options) => {
      const { deleted } = await write(store, { type: 'delete', key: key(id) }, key(id), options)
      return deleted === 1
    },
    watch: (fromRevision) => {
      const watch = store.watch({ prefix: `${kind.name}/`, ...(fromRevision === undefined ? {} : { fromRevision }) })
      const batches = mapped(watch, ({ revision, events }: Batch) => ({ revision, changes: events.map(changeOf) }))
      return { [Symbol.asyncIterator]: () => batches, close: () => watch.close() }
    },
  }
}

const shapeOf = <Name extends string, Schema extends TSchema>({ name, schema }: Kind<Name, Schema>) => {
  const validator = Compile(schema)
  return {
    key: (id: Id<Name>): string => `${name}/${id}`,
    idOf: (key: string): Id<Name> => makeId(name, key.slice(name.length + 1)),
    check: (value: unknown, key: string): Static<Schema> => {
      if (validator.Check(value)) return value as Static<Schema>
      const [error] = validator.Errors(value)
      throw new InvalidDocumentError(`${key}${error?.instancePath ?? ''}`, error?.message ?? 'does not fit its schema')
    },
  }
}

const write = async (store: Store, operation: Operation, key: string, { ifRevision }: WriteOptions = {}) => {
  const compare = ifRevision === undefined ? [] : [unchanged(key, ifRevision)]
  const result = await store.transact({ compare, success: [operation] })
  if (result.succeeded || ifRevision === undefined) return result
  const entry = await store.get(key)
  throw new ConflictError(key, ifRevision, entry?.modRevision ?? 0)
}

async function* mapped<From, To>(source: AsyncIterable<From>, map: (from: From) => To): AsyncGenerator<To> {
  for await (const item of source) yield map(item)
}
