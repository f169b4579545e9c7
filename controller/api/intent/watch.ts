import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import Type from 'typebox'
import { type Batch, type Event, givenKinds, intentKinds, type Store } from '../../state/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { badField } from '../errors.ts'
import { closed } from '../schemas.ts'

/** Kinds whose changes are followed unless others are asked for, and all that can be. */
const usual = [...intentKinds, ...Object.values(givenKinds), 'host', 'binding']
const known = [...usual, 'lease']

/** Milliseconds after which a quiet stream says that it is alive, so that no proxy ends it. */
const heartbeat = 15_000

const WatchQuery = closed({
  kinds: Type.Optional(
    Type.String({
      description: `by commas: ${known.join(', ')}; all but leases unless given`,
      examples: ['network,port'],
    }),
  ),
  revision: Type.Optional(
    Type.String({ pattern: '^[0-9]{1,15}$', description: 'the first to be told of; those to come unless given' }),
  ),
})

const kindsOf = (text: string | undefined): ReadonlySet<string> => {
  const kinds = text === undefined ? usual : text.split(',')
  const wrong = kinds.find((kind) => !known.includes(kind))
  if (wrong !== undefined)
    throw badField('kinds', `there is no kind "${wrong}" to watch; there are ${known.join(', ')}`)
  return new Set(kinds)
}

const changeOf = (event: Event) => {
  const key = event.type === 'put' ? event.entry.key : event.key
  const slash = key.indexOf('/')
  const about = { type: event.type, kind: key.slice(0, slash), id: key.slice(slash + 1) }
  return event.type === 'put' ? { ...about, value: event.entry.value } : about
}

/** HTML Living Standard §9.2.5: fields in lines, an empty line behind each event. */
const eventText = ({ revision, events }: Batch, kinds: ReadonlySet<string>): string => {
  const changes = events.map(changeOf).filter(({ kind }) => kinds.has(kind))
  if (changes.length === 0) return ''
  return `id: ${revision}\nevent: change\ndata: ${JSON.stringify({ revision, changes })}\n\n`
}

/** Resolves after a while, over and over; does not keep the process running. */
const quietly = (signal: AbortSignal): Promise<'quiet' | 'ended'> =>
  setTimeout(heartbeat, 'quiet' as const, { ref: false, signal }).catch(() => 'ended' as const)

async function* eventsOf(store: Store, kinds: ReadonlySet<string>, fromRevision: number): AsyncGenerator<string> {
  const watch = store.watch({ fromRevision })
  const batches = watch[Symbol.asyncIterator]()
  const ended = new AbortController()
  try {
    // Says at once that the stream is open.
    yield ': open\n\n'
    let quiet = quietly(ended.signal)
    for (let next = batches.next(); ; ) {
      const result = await Promise.race([next, quiet])
      if (typeof result === 'string') {
        quiet = quietly(ended.signal)
        yield ': alive\n\n'
        continue
      }
      if (result.done === true) return
      const text = eventText(result.value, kinds)
      if (text !== '') yield text
      next = batches.next()
    }
  } catch (error) {
    yield `event: error\ndata: ${JSON.stringify({ error: (error as Error).message })}\n\n`
  } finally {
    ended.abort()
    watch.close()
  }
}

/** Changes as they come, for who keeps in step with them. */
export const watch = (api: Api, { intents: { store } }: ApiContext): void => {
  api.get(
    '/v1/watch',
    { schema: { summary: 'Changes as server-sent events, one for each transaction', querystring: WatchQuery } },
    async ({ query, headers }, reply) => {
      const kinds = kindsOf(query.kinds)
      const last = headers['last-event-id']
      const resumed = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) + 1 : undefined
      const asked = query.revision === undefined ? undefined : Math.max(1, Number(query.revision))
      const from = resumed ?? asked ?? (await store.revision()) + 1
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .send(Readable.from(eventsOf(store, kinds, from)))
    },
  )
}
