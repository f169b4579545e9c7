import {
  type Action,
  type CheckedMatch,
  FlowModFlags,
  type Instruction,
  type Match,
  type MatchInput,
  match,
  Port,
  parseActions,
} from '../openflow/index.ts'
import { Flow } from './flow.ts'

/** Priority of a flow that names none: the middle of the range. */
export const defaultPriority = 32768

/**
 * One step of a pipeline. `Later` are the names of the stages behind it, the only ones that its
 * flows may go to: a goto that points back does not compile.
 */
export interface Stage<Name extends string = string, Later extends string = string> {
  readonly name: Name
  readonly tableId: number
  /** Begins a flow for packets that match. */
  when<const M extends MatchInput>(fields: M & CheckedMatch<M>, priority?: number): FlowBuilder<Later>
  /** Begins a flow for packets that match, given as a Match. */
  matching(fields: Match, priority?: number): FlowBuilder<Later>
  /** Begins the flow for packets that no other flow of the stage matches. */
  readonly otherwise: FlowBuilder<Later>
  /** Never called: it makes the types of stages with other successors differ. */
  readonly later?: (name: Later) => void
}

type Behind<T extends readonly string[], Name extends string> = T extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? First extends Name
    ? Rest[number]
    : Behind<Rest, Name>
  : never

/** The stages of a pipeline by name. */
export type Stages<T extends readonly string[]> = {
  readonly [Name in T[number]]: Stage<Name, Behind<T, Name>>
}

/** A flow that a switch makes by itself from each packet. */
export interface Learned {
  /** What it matches and does, as in ovs-ofctl's `learn(…)`: `NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]`. */
  readonly specs: string
  readonly priority: number
  /** Seconds until it goes: it is nobody's to remove. */
  readonly hard: number
  /** Most of the app's in that table; for more packets nothing is learned. */
  readonly limit: number
}

/** What a flow does, built step by step; every step gives a new builder, which is itself a flow. */
export class FlowBuilder<Later extends string = string> {
  private readonly tableId: number
  private readonly priority: number
  private readonly fields: Match
  private readonly steps: Steps

  constructor(tableId: number, priority: number, fields: Match, steps: Steps = noSteps) {
    this.tableId = tableId
    this.priority = priority
    this.fields = fields
    this.steps = steps
  }

  private with(change: Partial<Steps>): FlowBuilder<Later> {
    return new FlowBuilder(this.tableId, this.priority, this.fields, { ...this.steps, ...change })
  }

  /** Applies actions now, in this order. */
  apply(...actions: readonly Action[]): FlowBuilder<Later> {
    return this.with({ actions: [...this.steps.actions, ...actions] })
  }

  /** Sends the packet out of a port. */
  output(port: number): FlowBuilder<Later> {
    return this.apply({ type: 'output', port, maxLen: 0 })
  }

  /** Sends the packet out of every port but the one that it came in by. */
  flood(): FlowBuilder<Later> {
    return this.output(Port.FLOOD)
  }

  /**
   * Sends the packet to the controller, where the app's `packetIn` gets it.
   *
   * @param maxLen bytes of the packet; all of it unless given
   */
  punt(maxLen: number = wholePacket): FlowBuilder<Later> {
    const { puntMeter } = this.steps
    if (puntMeter === undefined) return this.apply({ type: 'output', port: Port.CONTROLLER, maxLen })
    const limit = maxLen === wholePacket ? {} : { maxLen }
    return this.apply({ type: 'controller2', ...limit, meterId: puntMeter })
  }

  /**
   * Has the switch make a flow in a later stage, before it goes on with the packet: quicker than any
   * answer of the controller, which takes no notice of it. Does nothing on a switch that cannot.
   *
   * @throws TextSyntaxError naming what is wrong with the specs
   */
  learn<Name extends Later>(
    stage: { readonly name: Name; readonly tableId: number },
    flow: Learned,
  ): FlowBuilder<Later> {
    const { learnCookie } = this.steps
    if (stage.tableId <= this.tableId) throw new RangeError(`${stage.name}: flows are learned in later stages only`)
    if (flow.hard < 1)
      throw new RangeError(`hard: ${flow.hard}; a learned flow lasts some seconds, or it would never go`)
    if (learnCookie === undefined) return this
    const { specs, priority, hard, limit } = flow
    const where = `table=${stage.tableId},priority=${priority},cookie=${learnCookie}`
    return this.apply(...parseActions(`learn(${where},hard_timeout=${hard},limit=${limit},${specs})`))
  }

  /** Hands the packet to a group. */
  group(groupId: number): FlowBuilder<Later> {
    return this.apply({ type: 'group', groupId })
  }

  /** Passes the packet through a meter first. */
  meter(meterId: number): FlowBuilder<Later> {
    return this.with({ meterId })
  }

  /** Goes on with a later stage. */
  goto<Name extends Later>(stage: { readonly name: Name; readonly tableId: number }): FlowBuilder<Later> {
    if (stage.tableId <= this.tableId) {
      throw new RangeError(`${stage.name}: a flow goes to a later stage only`)
    }
    return this.with({ next: stage.tableId })
  }

  /**
   * Drops the packet, under a name that tells why. What is to be done before comes after: `drop(…).punt()`.
   *
   * @throws RangeError where the flow does something already, which would be forgotten
   */
  drop(name: string): FlowBuilder<Later> {
    const { actions, meterId, next } = this.steps
    if (actions.length > 0 || meterId !== undefined || next !== undefined) {
      throw new RangeError(`drop(${JSON.stringify(name)}): comes first, before punt() and the like`)
    }
    return this.with({ drop: name })
  }

  /**
   * The switch forgets the flow after so many seconds, without a packet (`idle`) or at all
   * (`hard`), and says so: the app gets the flow-removed as a message.
   */
  expire(seconds: { readonly idle?: number; readonly hard?: number }): FlowBuilder<Later> {
    return this.with({ idle: seconds.idle ?? 0, hard: seconds.hard ?? 0 })
  }

  /** @throws EncodeError, MissingPrerequisiteError */
  build(): Flow {
    const { idle, hard, drop } = this.steps
    return new Flow({
      tableId: this.tableId,
      priority: this.priority,
      match: this.fields,
      instructions: instructionsOf(this.steps),
      idleTimeout: idle,
      hardTimeout: hard,
      flags: idle + hard > 0 ? FlowModFlags.SEND_FLOW_REM : 0,
      ...(drop === undefined ? {} : { drop }),
    })
  }
}

interface Steps {
  readonly actions: readonly Action[]
  readonly meterId: number | undefined
  readonly next: number | undefined
  readonly idle: number
  readonly hard: number
  readonly drop: string | undefined
  /** Meter that punts pass through; none on a switch that has no meters. */
  readonly puntMeter: number | undefined
  /** Meter that flows pass through which only punt, on a switch that has meters and no actions that name one. */
  readonly flowMeter: number | undefined
  /** Cookie of flows that the switch makes by itself; none for a switch that cannot. */
  readonly learnCookie: bigint | undefined
}

/** How flows of an app are on a switch. */
export type StageOptions = Partial<Pick<Steps, 'puntMeter' | 'flowMeter' | 'learnCookie'>>

const noSteps: Steps = {
  actions: [],
  meterId: undefined,
  next: undefined,
  idle: 0,
  hard: 0,
  drop: undefined,
  puntMeter: undefined,
  flowMeter: undefined,
  learnCookie: undefined,
}
/** OFPCML_NO_BUFFER */
const wholePacket = 0xffff

/** Whether packets go to the controller, and nowhere else. */
const onlyPunts = ({ actions: [action, ...others], next }: Steps): boolean =>
  action?.type === 'output' && action.port === Port.CONTROLLER && others.length === 0 && next === undefined

const instructionsOf = (steps: Steps): Instruction[] => {
  const { actions, flowMeter, next } = steps
  const meterId = steps.meterId ?? (onlyPunts(steps) ? flowMeter : undefined)
  return [
    ...(meterId === undefined ? [] : [{ type: 'meter', meterId } as const]),
    ...(actions.length === 0 ? [] : [{ type: 'applyActions', actions } as const]),
    ...(next === undefined ? [] : [{ type: 'gotoTable', tableId: next } as const]),
  ]
}

const stage = (name: string, tableId: number, options: StageOptions): Stage => {
  const steps = { ...noSteps, ...options }
  return {
    name,
    tableId,
    when: (fields, priority = defaultPriority) => new FlowBuilder(tableId, priority, match(fields as never), steps),
    matching: (fields, priority = defaultPriority) => new FlowBuilder(tableId, priority, fields, steps),
    otherwise: new FlowBuilder(tableId, 0, [], steps),
  }
}

/** OpenFlow 1.3 has tables 0 to 254. */
const tables = 255

/**
 * Allots tables to stages in the order of their names, from `first` up.
 *
 * @throws RangeError where a name stands twice or the tables do not suffice
 */
export const pipeline = <const T extends readonly string[]>(
  names: T,
  first = 0,
  options: StageOptions = {},
): Stages<T> => {
  if (first + names.length > tables) throw new RangeError(`${names.length} stages from table ${first} do not fit`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new RangeError(`two stages are called ${twice}`)
  return Object.fromEntries(
    names.map((name, index) => [name, stage(name, first + index, options)]),
  ) as unknown as Stages<T>
}
