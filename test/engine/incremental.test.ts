import t from 'tap'
import { DesiredTable } from '../../controller/engine/desired.ts'
import { Collection } from '../../controller/engine/facts.ts'
import { Units } from '../../controller/engine/units.ts'
import type { App } from '../../controller/index.ts'
import fc, { seed } from '../support/random.ts'
import { type ModelNet, type ModelPort, modelApp } from './model-app.ts'
import { type AnyClaims, kinds, sameMaps, textOf, wantedBy } from './tables.ts'

const hosts = 20

/** One change of what the app knows, or of the switches that are there. */
type Change =
  | { readonly what: 'port'; readonly key: number; readonly port: ModelPort | undefined }
  | { readonly what: 'net'; readonly key: string; readonly net: ModelNet | undefined }
  | { readonly what: 'switch'; readonly host: number }

const host = fc.integer({ min: 1, max: hosts })
const netName = fc.constantFrom('red', 'green', 'blue')
const port = fc.record({ host, mac: fc.integer({ min: 1, max: 6 }), net: netName })
const net = fc.record({ vni: fc.integer({ min: 1, max: 4 }), rate: fc.constantFrom(0, 100, 200) })
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('port' as const),
      key: fc.integer({ min: 0, max: 9 }),
      port: fc.option(port, { nil: undefined, freq: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('net' as const),
      key: netName,
      net: fc.option(net, { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('switch' as const), host }) },
)

/** What the engine would have made of a switch by sending it changes only. */
class Installed {
  readonly tables = { flows: new Map(), groups: new Map(), meters: new Map() }

  take(table: DesiredTable): void {
    const changes = table.takeChanges()
    for (const kind of kinds) {
      const claims = table[kind] as unknown as AnyClaims
      for (const key of changes[kind].keys()) {
        if (claims.get(key)) this.tables[kind].set(key, textOf(claims, key))
        else this.tables[kind].delete(key)
      }
    }
  }
}

/** Engine's part that evaluates, without sockets. */
class Model {
  readonly ports = new Collection<ModelPort>('ports', (name, key) => this.units.change(name, key))
  readonly nets = new Collection<ModelNet>('nets', (name, key) => this.units.change(name, key))
  readonly units = this.newUnits()
  readonly switches = new Map<number, { table: DesiredTable; installed: Installed }>()

  private newUnits(): Units {
    const facts = new Map<string, Collection<unknown>>([
      ['ports', this.ports as Collection<unknown>],
      ['nets', this.nets as Collection<unknown>],
    ])
    return new Units(modelApp as unknown as App, facts)
  }

  private target(number: number, desired: DesiredTable) {
    return {
      view: { dpid: BigInt(number), name: String(number), openflow: '1.3', nicira: true, ports: new Map() } as const,
      desired,
      metersPunts: number % 2 === 0,
    }
  }

  toggle(number: number): void {
    if (this.switches.delete(number)) this.units.removeSwitch(BigInt(number))
    else {
      const table = new DesiredTable()
      this.switches.set(number, { table, installed: new Installed() })
      this.units.addSwitch(this.target(number, table))
    }
  }

  apply(one: Change): void {
    if (one.what === 'switch') this.toggle(one.host)
    else if (one.what === 'port') {
      if (one.port) this.ports.set(String(one.key), one.port)
      else this.ports.delete(String(one.key))
    } else if (one.net) this.nets.set(one.key, one.net)
    else this.nets.delete(one.key)
    this.units.evaluate()
    for (const { table, installed } of this.switches.values()) installed.take(table)
  }

  /** The same from nothing. */
  fromScratch(): Map<number, DesiredTable> {
    const units = this.newUnits()
    const tables = new Map<number, DesiredTable>()
    for (const number of this.switches.keys()) {
      const table = new DesiredTable()
      tables.set(number, table)
      units.addSwitch(this.target(number, table))
    }
    units.evaluate()
    return tables
  }
}

/** A host and kind of table where they differ. */
const differenceOf = (model: Model): string | undefined => {
  const scratch = model.fromScratch()
  for (const [number, { table, installed }] of model.switches) {
    const wanted = wantedBy(scratch.get(number) ?? new DesiredTable())
    const incremental = wantedBy(table)
    for (const kind of kinds) {
      if (!sameMaps(wanted[kind], incremental[kind])) return `host ${number}: the ${kind} wanted`
      if (!sameMaps(wanted[kind], installed.tables[kind])) return `host ${number}: the ${kind} that the changes make`
    }
  }
  return undefined
}

const runs = 100
const changesPerRun = 100

t.test('after each of 10,000 random changes the tables of 20 hosts are as if worked out from nothing', (t) => {
  let count = 0
  let flows = 0
  const started = performance.now()
  const result = fc.check(
    fc.property(fc.array(change, { minLength: changesPerRun, maxLength: changesPerRun }), (changes) => {
      const model = new Model()
      for (let number = 1; number <= hosts; number++) model.toggle(number)
      for (const [index, one] of changes.entries()) {
        model.apply(one)
        count++
        const difference = differenceOf(model)
        if (difference) throw new Error(`after change ${index}: ${difference}`)
      }
      for (const { table } of model.switches.values()) flows += table.flows.size
    }),
    { numRuns: runs, endOnFailure: true },
  )
  if (result.failed) t.fail(`${String(result.errorInstance)}, seed ${result.seed}`)
  t.equal(count, runs * changesPerRun)
  t.ok(flows > runs * hosts, 'there was something to compare')
  t.comment(`${count} changes in ${((performance.now() - started) / 1000).toFixed(1)} s, ${flows} flows at the ends`)
  t.end()
})

t.test('when all has gone nothing is remembered', (t) => {
  const model = new Model()
  for (let number = 1; number <= hosts; number++) model.toggle(number)
  const [changes = []] = fc.sample(fc.array(change, { minLength: 500, maxLength: 500 }), { numRuns: 1, seed })
  for (const one of changes) model.apply(one)
  for (const number of [...model.switches.keys()]) model.toggle(number)
  t.equal(model.units.size, 0, `no unit of a switch that has gone, seed ${seed}`)
  t.end()
})
