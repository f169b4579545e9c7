import fc from 'fast-check'
import t from 'tap'
import overlay from '../../apps/overlay/app.ts'
import firewall from '../../apps/vrouter/firewall/app.ts'
import type { DocumentChange } from '../../controller/engine/model/documents.ts'
import { checkFromScratch, HostTables } from './host-tables.ts'
import { before, change, hosts } from './policing-changes.ts'
import { judgedBy } from './policing-oracle.ts'

t.test(
  'after each of 300 random changes of policies, groups and ports, all hosts judge as if it was always so',
  (t) => {
    const newHosts = () => new HostTables([overlay, firewall], hosts, before)
    checkFromScratch(t, { newHosts, change, runs: 10, batches: 30, leastFlows: 20_000 })
    t.end()
  },
)

t.test(
  'after each, a host has the rules of policies that concern a port of it, and the addresses that those ask for',
  (t) => {
    let flows = 0
    const walk = (changes: readonly DocumentChange[]): void => {
      const tables = new HostTables([firewall], hosts, before)
      for (const one of changes) {
        tables.apply([one])
        for (const dpid of hosts) {
          const { flows: claims } = tables.table(dpid)
          const owners = [...claims.entries(), ...claims.conflicts()].flatMap(([, claim]) => [claim].flat())
          const has = new Set(owners.map(({ owner: { rule, object } }) => `${rule} ${object}`))
          flows += has.size
          const wanted = judgedBy(tables.model, dpid)
          const wrong = [...wanted].filter(([object, there]) => has.has(object) !== there)
          if (wrong.length > 0)
            throw new Error(
              `host ${dpid}: ${wrong.map(([object, there]) => `${object} is ${there ? 'missing' : 'there'}`).join()}`,
            )
        }
      }
    }
    const changes = fc.array(change, { minLength: 100, maxLength: 100 })
    const result = fc.check(fc.property(changes, walk), { numRuns: 20, endOnFailure: true })
    if (result.failed) t.fail(`${String(result.errorInstance)}, seed ${result.seed}`)
    t.ok(flows > 4_000, `${flows} objects were looked for`)
    t.end()
  },
)
