// Commits to the store in the file that is its argument until it is killed, and prints the number of
// each commit once it is acknowledged. Every commit writes its number under two keys.
import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../controller/state/sqlite/open.ts'
import type { Store } from '../../controller/state/store.ts'

const inFlight = 8

const commit = async (store: Store, number: number): Promise<void> => {
  await store.transact({
    success: [
      { type: 'put', key: 'last', value: number },
      { type: 'put', key: `copy/${number % 20}`, value: { number, padding: 'x'.repeat(number % 3000) } },
    ],
  })
  writeSync(1, `${number}\n`)
}

const store = await openSqliteStore(process.argv[2] ?? '')
const last = await store.get('last')
for (let number = Number(last?.value ?? 0) + 1; ; number += inFlight) {
  await Promise.all(Array.from({ length: inFlight }, (_, at) => commit(store, number + at)))
}
