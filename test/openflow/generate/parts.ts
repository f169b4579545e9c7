import type { Action } from '../../../controller/openflow/actions/actions.ts'
import type { Match } from '../../../controller/openflow/fields/oxm.ts'
import type { Instruction, InstructionNamed } from '../../../controller/openflow/instructions/instructions.ts'
import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import fc from '../../support/random.ts'
import { anyActionList } from './actions.ts'
import { anyMatch } from './fields.ts'
import { lone, record, some, text, typed, u8, u32, u64, wordBytes } from './values.ts'

/** An arbitrary for each of some kinds of message: a missing one does not compile. */
export type MessageTable<N extends Message['type'] = Message['type']> = {
  readonly [K in N]: fc.Arbitrary<MessageNamed<K>>
}

/** The match of a flow and what becomes of packets that match. */
export interface Rule {
  readonly match: Match
  readonly instructions: readonly Instruction[]
}

/** What messages are made of; two sets of parts make messages with any values and those that a switch takes. */
export interface Parts {
  readonly match: fc.Arbitrary<Match>
  readonly actions: fc.Arbitrary<readonly Action[]>
  /** A match with instructions that go with it. */
  readonly rule: fc.Arbitrary<Rule>
  /** A port number. */
  readonly port: fc.Arbitrary<number>
  /** A number of which the standard names some values. */
  readonly named: (names: Readonly<Record<string, number>>, anything: fc.Arbitrary<number>) => fc.Arbitrary<number>
  /** A set of bits of which the standard names some. */
  readonly flags: (names: Readonly<Record<string, number>>, anything: fc.Arbitrary<number>) => fc.Arbitrary<number>
  readonly string: (length: number) => fc.Arbitrary<string>
  /** Things that an experimenter adds, or that no kind knows: with any values only. */
  readonly strange: boolean
}

type InstructionTable = { readonly [N in Instruction['type']]: fc.Arbitrary<InstructionNamed<N>> }

/** Every kind of instruction with any values. */
export const anyInstructions: InstructionTable = {
  gotoTable: typed('gotoTable', { tableId: u8 }),
  writeMetadata: typed('writeMetadata', { metadata: u64, mask: u64 }),
  writeActions: typed('writeActions', { actions: anyActionList }),
  applyActions: typed('applyActions', { actions: anyActionList }),
  clearActions: lone('clearActions'),
  meter: typed('meter', { meterId: u32 }),
  experimenter: typed('experimenter', { experimenter: u32, data: wordBytes(3) }),
}

const anyInstructionList: fc.Arbitrary<readonly Instruction[]> = some(
  fc.oneof<fc.Arbitrary<Instruction>[]>(...Object.values(anyInstructions)),
)

/** Parts with any values that fit on the wire. */
export const anyParts: Parts = {
  match: anyMatch,
  actions: anyActionList,
  rule: record({ match: anyMatch, instructions: anyInstructionList }),
  port: u32,
  named: (names, anything) => fc.oneof(fc.constantFrom(...Object.values(names)), anything),
  flags: (_, anything) => anything,
  string: text,
  strange: true,
}

/** Objects of `members` with the match and instructions of a flow. */
export const withRule = <T extends object>(parts: Parts, members: fc.Arbitrary<T>): fc.Arbitrary<T & Rule> =>
  fc.tuple(members, parts.rule).map(([value, rule]) => ({ ...value, ...rule }))
