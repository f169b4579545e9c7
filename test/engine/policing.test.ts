import t from 'tap'
import overlay from '../../apps/overlay/app.ts'
import firewall from '../../apps/vrouter/firewall/app.ts'
import type { DocumentChange } from '../../controller/engine/model/documents.ts'
import fc from '../support/random.ts'
import { checkFromScratch, HostTables } from './host-tables.ts'
import { before, change, hosts } from './policing-changes.ts'
import { judgedBy } from './policing-oracle.ts'
import { differenceBetween } from './tables.ts'

t.test(
  'after each of 300 random changes of policies, groups and ports, all hosts judge as if it was always so',
  (t) => {
    const newHosts = () => new HostTables([overlay, firewall], hosts, before)
    checkFromScratch(t, { newHosts, change, runs: 10, batches: 30, leastFlows: 20_000 })
    t.end()
  },
)

/** What rules of the app want on a host, also where others want the same: names and objects. */
const objectsAt = (tables: HostTables, dpid: bigint): ReadonlySet<string> => {
  const { flows } = tables.table(dpid)
  const claims = [...flows.entries(), ...flows.conflicts()].flatMap(([, claim]) => claim)
  return new Set(claims.map(({ owner: { rule, object } }) => `${rule} ${object}`))
}

/** Makes changes one by one; gives how many objects it has looked for. */
const lookedFor = (changes: readonly DocumentChange[]): number => {
  const tables = new HostTables([firewall], hosts, before)
  let count = 0
  for (const one of changes) {
    tables.apply([one])
    for (const dpid of hosts) {
      const has = objectsAt(tables, dpid)
      for (const [object, there] of judgedBy(tables.model, dpid)) {
        if (has.has(object) !== there) throw new Error(`host ${dpid}: ${object} is ${there ? 'missing' : 'there'}`)
      }
      count += has.size
    }
  }
  const late = new HostTables([firewall], hosts, [], tables.model)
  for (const dpid of hosts) {
    const difference = differenceBetween(tables.table(dpid), late.table(dpid))
    if (difference) throw new Error(`loaded late, host ${dpid}: ${difference}`)
  }
  return count
}

t.test(
  'after each, a host has the rules about ports of it and the addresses that those ask for, and no others',
  (t) => {
    let count = 0
    const walk = (changes: readonly DocumentChange[]): void => {
      count += lookedFor(changes)
    }
    const changes = fc.array(change, { minLength: 100, maxLength: 100 })
    const result = fc.check(fc.property(changes, walk), { numRuns: 20, endOnFailure: true })
    if (result.failed) t.fail(`${String(result.errorInstance)}, seed ${result.seed}`)
    t.ok(count > 4_000, `${count} objects were looked for`)
    t.end()
  },
)
