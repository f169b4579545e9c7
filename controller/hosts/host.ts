import { isDeepStrictEqual as isSame } from 'node:util'
import type { Report } from '../engine/index.ts'
import { mapIn, numberIn, type Operation, type OvsdbSession, openVSwitch, type Schema, textIn } from '../ovsdb/index.ts'
import { type Id, makeId } from '../state/index.ts'
import type { Bindings, Seen } from './bindings.ts'
import { factOf } from './fact.ts'
import { Inventory } from './inventory.ts'
import { Marks } from './marks.ts'
import type { BindingFact, HostFact, Observer } from './observer.ts'
import { Once, type Problem, problemLine } from './once.ts'
import { type OpenFlowPort, settingsIn } from './settings.ts'
import {
  allTypes,
  mappingProblems,
  type Repair,
  repairsFor,
  type Scene,
  sceneOf,
  type ZoneLimit,
  zoneProblem,
} from './upkeep/index.ts'
import { Writer } from './writer.ts'

/** What all hosts share. */
export interface Surroundings {
  readonly observer: Observer
  readonly bindings: Bindings
  readonly report: Report
  readonly openflow: OpenFlowPort
  /** What bounds connection tracking on a host, by the number of the zone. */
  readonly limitsOf: (host: string) => ReadonlyMap<number, ZoneLimit>
}

const nowhere = { text: 'nowhere' }

/** One host: what its database shows, what is kept there, and what is told of it. It outlives its connections. */
export class Host {
  readonly id: Id<'host'>
  fact: HostFact | undefined
  session: OvsdbSession | undefined
  /** When it last connected or was lost, in milliseconds since 1970. */
  since = Date.now()
  private readonly around: Surroundings
  private readonly inventory = new Inventory((interfaces) => this.changed(interfaces))
  private readonly marks: Marks
  private readonly keeper: Writer
  private readonly once: Once
  private repairs: readonly Repair[] = []
  private seen: Seen = 'found'
  private wasWhole = false
  /** Why its database is not connected any more; undefined while it is. */
  private away: string | undefined
  /** Whether its database has limits of zones. */
  private canLimit = false
  /** The integration bridge, when interfaces were last examined. */
  private bridgeUuid: string | undefined

  constructor(id: Id<'host'>, around: Surroundings) {
    this.id = id
    this.around = around
    this.once = new Once((text) => this.report('warn', text))
    this.marks = new Marks(this.inventory, (error) => this.report('warn', `marks were not written: ${error.message}`))
    this.keeper = new Writer({
      isRepair: true,
      operations: () => this.repairOperations(),
      done: () => this.repaired(),
      failed: (error) => this.once.say('upkeep', `it could not be set up: ${error.message}`),
    })
  }

  /** What is amiss. */
  get problems(): readonly Problem[] {
    const { away, once } = this
    if (away === undefined) return once.all
    const finding = `its database is not connected: ${away}; what it has bound may be out of date`
    return [{ finding, mend: 'ovs-vsctl list manager' }, ...once.all]
  }

  /** What is amiss, in a line each. */
  get texts(): string[] {
    return this.problems.map(problemLine)
  }

  /** What bounds connection tracking here has changed. */
  limitsChanged(): void {
    if (!this.fact) return
    this.once.say('limits', zoneProblem(this.scene))
    this.keeper.kick()
  }

  /**
   * Follows the host over a new connection; resolves once all that it has is known.
   *
   * @throws OvsdbError
   */
  async follow(session: OvsdbSession, schema: Schema): Promise<void> {
    this.session = session
    this.away = undefined
    this.since = Date.now()
    this.canLimit = schema.tables.get('CT_Zone')?.has('limit') === true
    session.whenClosed((reason) => this.lost(session, reason))
    await session.monitor(openVSwitch, schema, this.inventory.mirror)
    if (session.rpc.closed) return
    if (this.seen === 'found') {
      this.seen = 'appeared'
      this.around.bindings.settle(this.id)
    }
    this.report('info', 'connected', { from: session.origin.text })
    this.marks.use(session)
    this.keeper.use(session)
  }

  /** Shows, or shows no longer, that all flows for an interface are in place. */
  mark(name: string, isInstalled: boolean): void {
    if (isInstalled) this.marks.add(name)
    else this.marks.remove(name)
  }

  private lost(session: OvsdbSession, reason: string): void {
    if (this.session !== session) return
    this.session = undefined
    this.away = reason
    this.since = Date.now()
    this.marks.use(undefined)
    this.keeper.use(undefined)
    this.report('info', `its database is not connected any more: ${reason}; what runs there goes on`)
  }

  private report(level: 'info' | 'warn', text: string, about: Readonly<Record<string, unknown>> = {}): void {
    this.around.report(level, `host ${this.id}: ${text}`, { host: this.id, ...about })
  }

  private get scene(): Scene {
    const { inventory, around, session } = this
    const settings = settingsIn(inventory.root, this.id, session?.origin ?? nowhere, around.openflow)
    return sceneOf(this.id, inventory, settings, { limits: around.limitsOf(this.id), canLimit: this.canLimit })
  }

  private changed(interfaces: ReadonlySet<string>): void {
    const id = mapIn(this.inventory.root, 'external_ids').get('system-id')
    if (id !== this.id) {
      this.session?.close(`its external_ids:system-id is ${id ?? 'gone'} now`)
      return
    }
    const { scene, bridgeUuid } = this
    this.bridgeUuid = scene.bridge?.uuid
    this.once.say('settings', scene.settings.problems.join('; ') || undefined)
    this.once.say('mappings', mappingProblems(scene).join('; ') || undefined)
    this.once.say('limits', zoneProblem(scene))
    this.tell(scene)
    const isOther = this.bridgeUuid !== bridgeUuid
    for (const name of isOther ? new Set([...this.inventory.names, ...interfaces]) : interfaces) this.examine(name)
    this.keeper.kick()
  }

  private tell(scene: Scene): void {
    const fact = factOf(this.id, scene)
    if (!fact || isSame(fact, this.fact)) return
    this.fact = fact
    for (const type of allTypes) {
      const reason = fact.refused[type]
      this.once.say(type, reason === undefined ? undefined : `${type} is not carried: ${reason}`)
    }
    this.around.observer.host(fact)
  }

  private repairOperations(): readonly Operation[] {
    this.repairs = repairsFor(this.scene)
    if (this.repairs.length === 0 && this.fact) this.wasWhole = true
    return this.repairs.flatMap(({ operations }) => operations)
  }

  private repaired(): void {
    this.once.say('upkeep', undefined)
    const told = this.repairs.map((repair) => repair.told).join('; ')
    if (this.wasWhole) this.report('warn', `put right: ${told}`)
    else this.report('info', `set up: ${told}`)
  }

  /** Finds out whether an interface carries a port, and tells what has changed of that. */
  private examine(name: string): void {
    const found = this.inventory.interface(name)
    const ids = mapIn(found?.row, 'external_ids')
    const isOnBridge = found !== undefined && this.inventory.bridgeOfInterface(found.uuid) === this.bridgeUuid
    const portId = isOnBridge ? ids.get('iface-id') : undefined
    const ofport = numberIn(found?.row, 'ofport')
    this.complain(name, portId, ofport, textIn(found?.row, 'error'))
    if (portId === undefined || ofport === undefined || ofport <= 0 || !isId(portId)) this.unbind(name)
    else {
      const attachedMac = ids.get('attached-mac')?.toLowerCase()
      const mac = attachedMac === undefined ? {} : { attachedMac }
      this.bind(name, portId, { host: this.id, interface: name, ofport, ...mac })
    }
    if (found) this.marks.look(name)
  }

  private complain(name: string, portId: string | undefined, ofport: number | undefined, error: string): void {
    const reason = () => {
      if (portId === undefined) return undefined
      if (!isId(portId)) return `interface ${name}: iface-id ${portId.slice(0, 200)} is no id of a port`
      if (ofport !== undefined && ofport < 0) return `interface ${name} of port ${portId} does not work: ${error}`
      return undefined
    }
    this.once.say(`interface ${name}`, reason())
  }

  private bind(name: string, portId: string, fact: BindingFact): void {
    const { bindings } = this.around
    // A mark from before the start stays, unless the binding turns out to be another.
    if (this.seen === 'found') this.marks.keep(name)
    bindings.put(portId, fact, this.seen)
    if (!bindings.holds(this.id, name)) this.marks.remove(name)
  }

  private unbind(name: string): void {
    this.around.bindings.drop(this.id, name)
    this.marks.remove(name)
  }
}

const isId = (text: string): boolean => {
  try {
    makeId('port', text)
    return true
  } catch {
    return false
  }
}
