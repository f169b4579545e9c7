import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore, type Store } from '../../controller/state/index.ts'

/** Something done a number of times in some milliseconds. */
export interface Measurement {
  readonly name: string
  readonly count: number
  readonly milliseconds: number
}

/** About as long as a port's record. */
const port = (at: number) => ({
  network: 'blue',
  mac: `02:00:00:00:${(at >> 8) & 255}:${at & 255}`,
  addresses: [`10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`],
  host: '00000000000000a1',
  securityGroups: ['web', 'default'],
})

const put = (store: Store, at: number) =>
  store.transact({ success: [{ type: 'put', key: `port/${at}`, value: port(at) }] })

const timed = async (name: string, count: number, run: () => unknown): Promise<Measurement> => {
  const start = performance.now()
  await run()
  return { name, count, milliseconds: performance.now() - start }
}

/** What the disk itself gives: 4 KiB written and flushed, nothing else. The bound of commits one by one. */
const flushes = (folder: string, count: number) => {
  const block = Buffer.alloc(4096)
  const file = openSync(join(folder, 'flush'), 'w')
  return timed('bare 4 KiB write and flush', count, () => {
    for (let at = 0; at < count; at++) {
      writeSync(file, block)
      fdatasyncSync(file)
    }
    closeSync(file)
  })
}

const writes = async (store: Store, entries: number): Promise<Measurement[]> => [
  await timed('commits, one by one', 2000, async () => {
    for (let at = 0; at < 2000; at++) await put(store, at)
  }),
  await timed('commits, 64 at a time', 20_000, async () => {
    for (let at = 0; at < 20_000; at += 64) {
      await Promise.all(Array.from({ length: 64 }, (_, offset) => put(store, at + offset)))
    }
  }),
  await timed(`documents in transactions of 1,000, up to ${entries}`, entries, async () => {
    for (let at = 0; at < entries; at += 1000) {
      await store.transact({
        success: Array.from({ length: 1000 }, (_, offset) => ({
          type: 'put',
          key: `port/${at + offset}`,
          value: port(at + offset),
        })),
      })
    }
  }),
]

const reads = async (store: Store, entries: number): Promise<Measurement[]> => [
  await timed('gets', 50_000, async () => {
    for (let at = 0; at < 50_000; at++) await store.get(`port/${(at * 7919) % entries}`)
  }),
  await timed('documents in ranges of 1,000', 100_000, async () => {
    for (let at = 0; at < 100; at++) await store.range({ prefix: 'port/', limit: 1000 })
  }),
  await timed('revisions replayed by a watch', 20_000, async () => {
    let left = 20_000
    for await (const _ of store.watch({ fromRevision: 2 })) if (--left === 0) break
  }),
]

/** Measures a store in a file of its own, in a folder under `parent`. */
export const measureStore = async (parent = tmpdir()): Promise<Measurement[]> => {
  const entries = 100_000
  const folder = mkdtempSync(join(parent, 'heddle-bench-'))
  const file = join(folder, 'heddle.db')
  try {
    const store = await openSqliteStore(file)
    const measured = [await flushes(folder, 1000), ...(await writes(store, entries)), ...(await reads(store, entries))]
    await store.close()
    const opened = await timed(`opening with ${entries} documents, checked`, 1, async () => {
      await (await openSqliteStore(file)).close()
    })
    return [...measured, opened]
  } finally {
    rmSync(folder, { recursive: true })
  }
}
