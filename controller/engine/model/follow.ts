import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  assignments,
  bindings,
  type Entry,
  type Event,
  groupNumbers,
  groups,
  hosts,
  type Json,
  nats,
  networkNumbers,
  networks,
  policies,
  ports,
  qosProfiles,
  routerNumbers,
  routers,
  type Store,
  subnets,
} from '../../state/index.ts'
import type { DocumentChange, DocumentKind } from './documents.ts'
import type { Model } from './model.ts'

interface Reader {
  readonly kind: DocumentKind
  readonly check: (value: Json) => boolean
  /** Reported by hosts: after the start, the hosts themselves say what is new. */
  readonly observed: boolean
}

const reader = (kind: DocumentKind, schema: TSchema, observed = false): [string, Reader] => {
  const validator = Compile(schema)
  return [kind, { kind, check: (value) => validator.Check(value), observed }]
}

const readers: ReadonlyMap<string, Reader> = new Map([
  reader('network', networks.schema),
  reader('number', networkNumbers.schema),
  reader('subnet', subnets.schema),
  reader('port', ports.schema),
  reader('assignment', assignments.schema),
  reader('host', hosts.schema, true),
  reader('binding', bindings.schema, true),
  reader('router', routers.schema),
  reader('routerNumber', routerNumbers.schema),
  reader('nat', nats.schema),
  reader('group', groups.schema),
  reader('groupNumber', groupNumbers.schema),
  reader('policy', policies.schema),
  reader('qos', qosProfiles.schema),
])

const split = (key: string): [kind: string, id: string] => {
  const at = key.indexOf('/')
  return [key.slice(0, at), key.slice(at + 1)]
}

/** A stored document that its schema refuses. */
export type Refused = (key: string) => void

const changeOf = (key: string, value: Json | undefined, refused: Refused): DocumentChange | undefined => {
  const [kind, id] = split(key)
  const found = readers.get(kind)
  if (!found) return undefined
  if (value === undefined || found.check(value)) return { kind: found.kind, id, value } as DocumentChange
  refused(key)
  return undefined
}

const isObserved = (key: string): boolean => readers.get(split(key)[0])?.observed === true

/** Follows a store until it is closed. */
export interface Following {
  close(): void
  /** Resolves when the model holds the state of a revision, or of a later one. */
  reached(revision: number): Promise<void>
  /** Resolves when the following has ended; rejects where the store could not be followed on. */
  readonly ended: Promise<void>
}

/**
 * Fills a model from a store, and keeps it as the store is: each transaction is taken in whole.
 * What hosts have reported is read once; from then on they report it anew.
 *
 * @param refused told of documents that cannot be read; they are left out
 */
export const followStore = async (store: Store, model: Model, refused: Refused): Promise<Following> => {
  const { entries, revision } = await store.range({})
  const loaded = entries.flatMap(({ key, value }: Entry) => changeOf(key, value, refused) ?? [])
  model.apply(loaded)
  const watch = store.watch({ fromRevision: revision + 1 })
  const keyOf = (event: Event): string => (event.type === 'put' ? event.entry.key : event.key)
  const arrivals = new Arrivals(revision)
  const follow = async (): Promise<void> => {
    for await (const { revision: now, events } of watch) {
      const changes = events
        .filter((event) => !isObserved(keyOf(event)))
        .flatMap((event) => changeOf(keyOf(event), event.type === 'put' ? event.entry.value : undefined, refused) ?? [])
      if (changes.length > 0) model.apply(changes)
      arrivals.arrive(now)
    }
  }
  return { close: () => watch.close(), reached: (wanted) => arrivals.reached(wanted), ended: follow() }
}

/** Those who wait for a revision. */
class Arrivals {
  private at: number
  private waiting: { readonly revision: number; readonly done: () => void }[] = []

  constructor(revision: number) {
    this.at = revision
  }

  reached(revision: number): Promise<void> {
    if (revision <= this.at) return Promise.resolve()
    return new Promise((done) => this.waiting.push({ revision, done }))
  }

  arrive(revision: number): void {
    this.at = revision
    for (const one of this.waiting) if (one.revision <= revision) one.done()
    this.waiting = this.waiting.filter((one) => one.revision > revision)
  }
}
