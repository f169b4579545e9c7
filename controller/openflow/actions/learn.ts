import { encodeOxmHeader } from '../fields/oxm.ts'
import { formatSubfield, type Subfield } from '../fields/subfield.ts'
import { hex } from '../fields/value-text.ts'
import { type Codec, pad, type StructValue, struct } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import { flagsOf } from '../wire/names.ts'
import { u8, u16, u32, u64 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { LearnFlags, parseLearn } from './learn-parse.ts'
import { learnSpecs } from './learn-spec.ts'
import { formatSpec } from './learn-text.ts'
import { membersJson, NICIRA, readHeader, subfieldJson } from './wire.ts'

/** Timeouts in seconds, 0 for none; fin timeouts take effect when a FIN or RST passes. */
const flow = {
  idleTimeout: u16,
  hardTimeout: u16,
  priority: u16,
  cookie: u64,
  flags: flagsOf(u16, LearnFlags),
  tableId: u8,
  pad: pad(1),
  finIdleTimeout: u16,
  finHardTimeout: u16,
} as const

const flowCodec = struct(flow)

type Flow = StructValue<typeof flow>
type Learn = StructValue<typeof flow & { readonly specs: typeof learnSpecs }>

export interface Learn2 extends Learn {
  /** Most flows to learn; 0 for no limit. */
  readonly limit: number
  /** The one bit that says whether the flow was learned; there where flags have WRITE_RESULT. */
  readonly resultDst?: Subfield
}

const { pad: _, ...flowMembers } = flow

const learn2Body: Codec<Learn2> = {
  ...membersJson<Learn2>({ ...flowMembers, limit: u32, resultDst: subfieldJson, specs: learnSpecs }),
  decode(reader) {
    const head = flowCodec.decode(reader)
    const limit = reader.u32()
    const offset = reader.u16()
    reader.skip(2)
    if ((head.flags & LearnFlags.WRITE_RESULT) === 0) {
      if (offset !== 0) throw new ProtocolError('OFPBAC_BAD_ARGUMENT', 'a result bit without a field')
      return { ...head, limit, specs: learnSpecs.decode(reader) }
    }
    const resultDst = { code: readHeader(reader), offset, bits: 1 }
    return { ...head, limit, resultDst, specs: learnSpecs.decode(reader) }
  },
  encode(writer, value, path) {
    const { resultDst } = value
    flowCodec.encode(writer, value, path)
    if (((value.flags & LearnFlags.WRITE_RESULT) !== 0) !== (resultDst !== undefined)) {
      throw new EncodeError(`${path}.resultDst`, 'goes with the flag WRITE_RESULT')
    }
    if (resultDst && resultDst.bits !== 1) {
      throw new EncodeError(`${path}.resultDst`, `one bit is expected, not ${resultDst.bits}`)
    }
    u32.encode(writer, value.limit, `${path}.limit`)
    u16.encode(writer, resultDst?.offset ?? 0, `${path}.resultDst.offset`)
    writer.zeros(2)
    if (resultDst) encodeOxmHeader(writer, resultDst.code)
    learnSpecs.encode(writer, value.specs, `${path}.specs`)
  },
}

const defaultPriority = 32768

/** Members that differ from what ovs-ofctl takes for granted, in its order. */
const flowParts = (value: Flow): readonly string[] => {
  const number = (name: string, count: number, usual = 0): readonly string[] =>
    count === usual ? [] : [`${name}=${count}`]
  const flag = (name: string, bit: number): readonly string[] => ((value.flags & bit) === 0 ? [] : [name])
  return [
    `table=${value.tableId}`,
    ...number('idle_timeout', value.idleTimeout),
    ...number('hard_timeout', value.hardTimeout),
    ...number('fin_idle_timeout', value.finIdleTimeout),
    ...number('fin_hard_timeout', value.finHardTimeout),
    ...number('priority', value.priority, defaultPriority),
    ...flag('send_flow_rem', LearnFlags.SEND_FLOW_REM),
    ...flag('delete_learned', LearnFlags.DELETE_LEARNED),
    ...(value.cookie === 0n ? [] : [`cookie=${hex(value.cookie)}`]),
  ]
}

const format = (value: Learn & Partial<Learn2>): string => {
  const { limit = 0, resultDst, specs } = value
  const parts = [
    ...flowParts(value),
    ...(limit === 0 ? [] : [`limit=${limit}`]),
    ...(resultDst === undefined ? [] : [`result_dst=${formatSubfield(resultDst)}`]),
    ...specs.map(formatSpec),
  ]
  return `learn(${parts.join(',')})`
}

/** Adds or changes a flow that is made from the packet. */
const learn = actionKind({
  name: 'learn',
  wire: { experimenter: NICIRA, subtype: 16 },
  body: struct({ ...flow, specs: learnSpecs }),
  format,
  keywords: { learn: ({ value }) => [parseLearn(value)] },
})

const learn2 = actionKind({ name: 'learn2', wire: { experimenter: NICIRA, subtype: 45 }, body: learn2Body, format })

/** Actions that make flows. */
export const learnKinds = [learn, learn2] as const
