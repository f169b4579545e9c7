import type { Test } from 'tap'
import type { App } from '../../controller/engine/app.ts'
import { AppInstance } from '../../controller/engine/app-instance.ts'
import { DesiredTable } from '../../controller/engine/desired.ts'
import type { LiveSwitch } from '../../controller/engine/live-switch.ts'
import type { DocumentChange } from '../../controller/engine/model/documents.ts'
import { Model } from '../../controller/engine/model/model.ts'
import { defaultEpoch } from '../../controller/engine/units.ts'
import fc from '../support/random.ts'
import { differenceBetween } from './tables.ts'

/** An Open vSwitch, as apps see it. */
const switchOf = (dpid: bigint, desired: DesiredTable): LiveSwitch => {
  const view = { dpid, name: String(dpid), openflow: '1.3', nicira: true, ports: new Map() }
  return { view, desired, metersPunts: true } as unknown as LiveSwitch
}

/** Hosts' tables as apps fill them, without sockets. Bridges that are no host's get nothing. */
export class HostTables {
  readonly model: Model
  readonly tables: ReadonlyMap<bigint, DesiredTable>
  readonly instances: readonly AppInstance[]

  /** @param model one that knows something already, for apps that are loaded late */
  constructor(
    apps: readonly unknown[],
    dpids: readonly bigint[],
    documents: readonly DocumentChange[] = [],
    model = new Model(),
  ) {
    this.model = model
    const options = { epoch: defaultEpoch, firstTable: 0, config: {}, switches: new Map(), model: this.model }
    const silent = { changed: () => undefined, report: () => undefined, kept: undefined }
    this.instances = apps.map((app) => new AppInstance(app as App, { ...options, ...silent }))
    this.tables = new Map(dpids.map((dpid) => [dpid, new DesiredTable()]))
    for (const [dpid, desired] of this.tables) {
      for (const one of this.instances) one.addSwitch(switchOf(dpid, desired))
    }
    this.apply(documents)
  }

  /** @throws Error with what an app failed of */
  apply(changes: readonly DocumentChange[]): void {
    this.model.apply(changes)
    for (const one of this.instances) one.evaluate()
    const failure = this.instances.map((one) => one.failure).find((one) => one !== undefined)
    if (failure !== undefined) throw new Error(failure)
  }

  table(dpid: bigint): DesiredTable {
    const found = this.tables.get(dpid)
    if (!found) throw new Error(`there is no host ${dpid}`)
    return found
  }
}

/** A way through changes, step by step; after each, the tables are compared with some that know only where it led. */
const walk = (newHosts: () => HostTables, batches: readonly (readonly DocumentChange[])[]): number => {
  const hosts = newHosts()
  const documents = new Map<string, DocumentChange>()
  let flows = 0
  for (const [index, batch] of batches.entries()) {
    hosts.apply(batch)
    for (const one of batch) documents.set(`${one.kind}/${one.id}`, one)
    const scratch = newHosts()
    scratch.apply([...documents.values()])
    for (const [dpid, table] of hosts.tables) {
      const difference = differenceBetween(scratch.table(dpid), table)
      if (difference) throw new Error(`after batch ${index}, host ${dpid}: ${difference}`)
      flows += table.flows.size
    }
  }
  return flows
}

export interface FromScratch {
  readonly newHosts: () => HostTables
  readonly change: fc.Arbitrary<DocumentChange>
  readonly runs: number
  /** In each run, of up to four changes each. */
  readonly batches: number
  /** More than so many flows are compared, or the test shows nothing. */
  readonly leastFlows: number
}

/** Checks that after each of many random changes the tables of all hosts are as if worked out from nothing. */
export const checkFromScratch = (
  t: Test,
  { newHosts, change, runs, batches: count, leastFlows }: FromScratch,
): void => {
  let flows = 0
  const batch = fc.array(change, { minLength: 1, maxLength: 4 })
  const result = fc.check(
    fc.property(fc.array(batch, { minLength: count, maxLength: count }), (batches) => {
      flows += walk(newHosts, batches)
    }),
    { numRuns: runs, endOnFailure: true },
  )
  if (result.failed) t.fail(`${String(result.errorInstance)}, seed ${result.seed}`)
  t.ok(flows > leastFlows, `${flows} flows were compared`)
}
