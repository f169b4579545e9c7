import { formatActions } from '../../../controller/openflow/actions/actions.ts'
import { formatInstructions } from '../../../controller/openflow/instructions/instructions.ts'
import { actionSetOrder } from '../actions/action-set.ts'
import { execute } from '../actions/execute.ts'
import { type Entry, formatEntry, type Step } from '../tables/entry.ts'
import { lookUp } from '../tables/lookup.ts'
import { compose, samePacket } from './compose.ts'
import type { Datapath } from './datapath.ts'
import { extract } from './extract.ts'
import type { FrameLayout } from './frame.ts'
import { Fragment, type Key, newKey, Word } from './layout.ts'
import type { Report, TraceStep } from './report.ts'

/** A list of steps that is being run, and what it belongs to. */
export interface Level {
  readonly steps: readonly Step[]
  next: number
  readonly tableId: number
  readonly entry: Entry | undefined
  readonly trace: TraceStep | undefined
  /** Look-ups that this one lies in. */
  readonly depth: number
  readonly end: (() => void) | undefined
}

/** Steps, and what to do after them. */
export interface Part {
  readonly steps: readonly Step[]
  readonly end?: () => void
}

/** What a packet is at one point of its way, to come back to. */
export interface Snapshot {
  readonly key: Key
  readonly base: Key
  readonly frame: Uint8Array
  readonly layout: FrameLayout
  readonly stack: readonly bigint[]
  readonly actionSet: readonly Step[]
}

/** Look-ups that may lie in each other, and that one packet may need, as in Open vSwitch. */
const deepest = 64
const mostLookups = 4096

/** A packet's way through the pipeline. */
export class Passage {
  readonly datapath: Datapath
  readonly report: Report
  /** The packet's fields as they are now, and as they stand in `frame`. */
  key: Key
  base: Key
  frame: Uint8Array
  layout: FrameLayout
  stack: bigint[] = []
  actionSet: readonly Step[] = []
  queueId: number | undefined
  /** Times that the packet started anew after connection tracking. */
  readonly restarts: number
  /** The packet is a controller's own. */
  readonly fromController: boolean
  private levels: Level[] = []
  private lookups = 0
  private readonly firstOutput: number
  private readonly firstPunt: number

  constructor(
    datapath: Datapath,
    report: Report,
    packet: Pick<Snapshot, 'key' | 'frame' | 'layout'>,
    restarts = 0,
    fromController = false,
  ) {
    this.datapath = datapath
    this.report = report
    this.key = packet.key
    this.base = packet.key.slice()
    this.frame = packet.frame
    this.layout = packet.layout
    this.restarts = restarts
    this.fromController = fromController
    this.firstOutput = report.outputs.length
    this.firstPunt = report.punts.length
  }

  /** A packet that comes in by a port. */
  static of(datapath: Datapath, report: Report, inPort: number, frame: Uint8Array, fromController = false): Passage {
    const key = newKey()
    key[Word.IN_PORT] = inPort | 0
    key[Word.ACTSET_OUTPUT] = unsetPort
    const layout = extract(key, frame, datapath.tagLimit)
    return new Passage(datapath, report, { key, frame, layout }, 0, fromController)
  }

  get inPort(): number {
    return (this.key[Word.IN_PORT] as number) >>> 0
  }

  get level(): Level | undefined {
    return this.levels.at(-1)
  }

  get tableId(): number {
    return this.level?.tableId ?? 0
  }

  /** The cookie of the flow that is being run; all ones outside of flows. */
  get cookie(): bigint {
    return this.level?.entry?.cookie ?? noCookie
  }

  /** Looks the packet up in a table; what the flow says is done before what is left to do now. */
  table(tableId: number, inPort = this.inPort): void {
    const depth = (this.level?.depth ?? -1) + 1
    if (depth > deepest || ++this.lookups > mostLookups) {
      this.fail()
      return
    }
    const entry = this.find(tableId, inPort)
    entry?.count(this.frame.length, this.datapath.clock.now())
    const trace = this.traced(tableId, entry, depth)
    if (entry) this.push({ steps: entry.steps, tableId, entry, trace, depth })
  }

  /** The flow for the packet as if it had come in by `inPort`. */
  private find(tableId: number, inPort: number): Entry | undefined {
    const { key } = this
    const actual = key[Word.IN_PORT] as number
    const ports = key[Word.PORTS] as number
    key[Word.IN_PORT] = inPort | 0
    // No fragment shows its ports, so that all fragments of a packet meet the same flows.
    if (((key[Word.IP] as number) & Fragment.ANY) !== 0) key[Word.PORTS] = 0
    const entry = lookUp(this.datapath.tables.get(tableId), key)
    key[Word.IN_PORT] = actual
    key[Word.PORTS] = ports
    return entry
  }

  private traced(tableId: number, entry: Entry | undefined, depth: number): TraceStep | undefined {
    if (!this.report.trace) return undefined
    const step = { table: tableId, flow: entry ? formatEntry(entry) : 'no match', entry, depth, actions: [] }
    this.report.trace.push(step)
    return step
  }

  private push(level: Pick<Level, 'steps' | 'tableId' | 'entry' | 'trace' | 'depth'> & Partial<Level>): void {
    this.levels.push({ next: 0, end: undefined, ...level })
  }

  /** Lists of steps to run, one after the other, before what is left to do now, as a part of the same flow. */
  nest(parts: readonly Part[]): void {
    const { tableId = 0, entry, trace, depth = 0 } = this.level ?? {}
    if (depth >= deepest) {
      this.fail()
      return
    }
    // What is pushed last runs first.
    for (const { steps, end } of parts.toReversed()) {
      this.push({ steps, tableId, entry, trace, depth: depth + 1, end })
    }
  }

  /** Runs steps and then all that they bring about. */
  run(steps: readonly Step[] = []): void {
    if (steps.length > 0) this.push({ steps, tableId: 0, entry: undefined, trace: undefined, depth: 0 })
    for (;;) {
      const level = this.levels.at(-1)
      if (level === undefined) {
        if (this.actionSet.length === 0) return
        this.startActionSet()
      } else if (level.next < level.steps.length) this.step(level, level.steps[level.next++] as Step)
      else {
        this.levels.pop()
        level.end?.()
      }
    }
  }

  private startActionSet(): void {
    const steps = actionSetOrder(this.actionSet)
    const trace = this.report.trace && { table: 0, flow: 'action set', entry: undefined, depth: 0, actions: [] }
    if (trace) this.report.trace?.push(trace)
    this.actionSet = []
    this.push({ steps, tableId: 0, entry: undefined, trace, depth: 0 })
  }

  private step(level: Level, step: Step): void {
    level.trace?.actions.push(stepText(step))
    execute(this, step)
  }

  /** Says in the trace what came of the step that is being run. */
  note(text: string): void {
    const actions = this.level?.trace?.actions
    if (actions) actions[actions.length - 1] += ` (${text})`
  }

  /** Ends the list of steps that is being run, not those around it. */
  leave(): void {
    this.levels.pop()?.end?.()
  }

  /** Does nothing more with the packet, its action set neither. */
  drop(): void {
    this.levels = []
    this.actionSet = []
  }

  /** Drops the packet with all that was to be sent of it. */
  fail(): void {
    this.note('dropped: too many look-ups')
    this.report.outputs.length = this.firstOutput
    this.report.punts.length = this.firstPunt
    this.drop()
  }

  /** The frame with all changes so far. */
  commit(): Uint8Array {
    if (!samePacket(this.key, this.base)) {
      const made = compose(this.frame, this.layout, this.key, this.base)
      this.frame = made.frame
      this.layout = made.layout
      this.base = this.key.slice()
    }
    return this.frame
  }

  /** Takes another frame in place of this one, and its fields. */
  replaceFrame(frame: Uint8Array): void {
    this.frame = frame
    this.layout = extract(this.key, frame, this.datapath.tagLimit)
    this.base = this.key.slice()
  }

  save(): Snapshot {
    return {
      key: this.key.slice(),
      base: this.base.slice(),
      frame: this.frame,
      layout: this.layout,
      stack: [...this.stack],
      actionSet: this.actionSet,
    }
  }

  restore(saved: Snapshot): void {
    this.key = saved.key.slice()
    this.base = saved.base.slice()
    this.frame = saved.frame
    this.layout = saved.layout
    this.stack = [...saved.stack]
    this.actionSet = saved.actionSet
  }

  /** The packet as it is now, starting anew at a table; this passage goes on by itself. */
  fork(): Passage {
    this.commit()
    const packet = { key: this.key.slice(), frame: this.frame, layout: this.layout }
    const copy = new Passage(this.datapath, this.report, packet, this.restarts + 1, this.fromController)
    copy.stack = [...this.stack]
    copy.actionSet = this.actionSet
    return copy
  }

  /** All that is left to do, to be done later; this passage ends. */
  pause(): Passage {
    const rest = this.fork()
    rest.levels = this.levels
    this.levels = []
    this.actionSet = []
    return rest
  }

  /** A paused packet goes on, as a controller has changed it. */
  resume(report: Report, frame: Uint8Array, set: (key: Key) => void): Passage {
    const key = this.key.slice()
    set(key)
    const layout = extract(key, frame, this.datapath.tagLimit)
    const again = new Passage(this.datapath, report, { key, frame, layout })
    again.stack = this.stack
    again.actionSet = this.actionSet
    again.levels = this.levels
    return again
  }
}

const noCookie = 0xffff_ffff_ffff_ffffn
/** OFPP_UNSET */
const unsetPort = 0xfffffff7 | 0

const instructionTypes = new Set<Step['type']>(['gotoTable', 'writeActions', 'clearActions', 'meter'])

const stepText = (step: Step): string =>
  instructionTypes.has(step.type)
    ? formatInstructions([step as Parameters<typeof formatInstructions>[0][number]])
    : formatActions([step as Parameters<typeof formatActions>[0][number]])
