import { type FlowMod, parseFlowMod, parseGroupMod } from '../../../controller/openflow/index.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { formatTrace, Refusal, simSwitch, type TestSwitch } from '../../../topology/sim/index.ts'
import type { RealBridge } from './bridge.ts'
import { wrongChecksums } from './checksums.ts'
import type { Client } from './client.ts'
import { datapathActions, interpret, type Leaving } from './datapath.ts'
import { fieldsOf } from './fields.ts'

/** What both switches are to hold. */
export interface Tables {
  readonly flows: readonly string[]
  readonly groups: readonly string[]
}

/** A flow that one switch takes and the other does not, or refuses for another reason. */
export interface Refused {
  readonly flow: string
  readonly ours: string
  readonly theirs: string
}

const outcomeOf = (sim: TestSwitch, message: Parameters<TestSwitch['apply']>[0]): string => {
  try {
    sim.apply(message)
    return 'ok'
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof Refusal) return error.errorName
    throw error
  }
}

const flush = parseFlowMod('', 3)
const flushGroups = parseGroupMod('group_id=all,type=all', 2)

/** Puts the same flows into both switches; gives those that they judge differently. */
export const load = async (sim: TestSwitch, client: Client, { flows, groups }: Tables): Promise<readonly Refused[]> => {
  const mods = [
    flush,
    flushGroups,
    ...groups.map((text) => parseGroupMod(text)),
    ...flows.map((text) => parseFlowMod(text)),
  ]
  const theirs = await client.outcomes(mods)
  const texts = ['', '', ...groups, ...flows]
  return mods.flatMap((mod, index) => {
    const ours = outcomeOf(sim, mod as FlowMod)
    const said = theirs[index] ?? ''
    return ours === said ? [] : [{ flow: texts[index] ?? '', ours, theirs: said }]
  })
}

const show = (leaving: readonly Leaving[]): readonly string[] =>
  leaving.map(({ to, fields }) => {
    const parts = Object.entries(fields)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=0x${value.toString(16)}`)
    return `${to}: ${parts.join(' ')}`
  })

const rank = ({ to }: Leaving): number => (to === 'controller' ? -1 : to)

/** Copies for each target in their order: in which order a flood reaches the ports is not defined. */
const byTarget = (leaving: readonly Leaving[]): readonly string[] => show(leaving.toSorted((a, b) => rank(a) - rank(b)))

/** How the two switches treat a frame, where they differ; undefined where they do not. */
export const differenceFor = async (
  sim: TestSwitch,
  bridge: RealBridge,
  inPort: number,
  frame: Uint8Array,
): Promise<string | undefined> => {
  const ours = sim.inject(inPort, frame)
  const traced = await bridge.trace(inPort, frame)
  const expected = byTarget(interpret(datapathActions(traced), fieldsOf(frame), bridge.ports))
  const actual = byTarget([
    ...ours.outputs.map(({ port, frame: out }) => ({ to: port === local ? localShown : port, fields: fieldsOf(out) })),
    ...ours.packetIns.map(({ frame: out }) => ({ to: 'controller' as const, fields: fieldsOf(out) })),
  ])
  const wrong = ours.outputs.flatMap(({ frame: out }) => wrongChecksums(out))
  if (wrong.length === 0 && expected.join('\n') === actual.join('\n')) return undefined
  return [
    `Open vSwitch:\n  ${expected.join('\n  ')}`,
    `simulated:\n  ${actual.join('\n  ')}`,
    ...(wrong.length === 0 ? [] : [`wrong checksums: ${wrong.join(', ')}`]),
    formatTrace(ours.trace),
    traced,
  ].join('\n')
}

const local = 0xfffffffe
const localShown = 65534

/** The simulated switch that a bridge is compared with: the same ports, and the bridge's own. */
export const twinOf = (bridge: RealBridge): TestSwitch => simSwitch({ ports: [...bridge.numbers, local] })
