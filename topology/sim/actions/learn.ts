import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { LearnFlags } from '../../../controller/openflow/actions/learn-parse.ts'
import type { LearnSpec } from '../../../controller/openflow/actions/learn-spec.ts'
import { isWide, Oxm } from '../../../controller/openflow/fields/oxm.ts'
import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { type Subfield, wholeBits } from '../../../controller/openflow/fields/subfield.ts'
import { applyActions } from '../../../controller/openflow/instructions/instructions.ts'
import { Group } from '../../../controller/openflow/messages/bucket.ts'
import {
  type FlowMod,
  FlowModCommand,
  FlowModFlags,
  NO_BUFFER,
} from '../../../controller/openflow/messages/flow-mod.ts'
import { TcpFlags } from '../../../controller/packet/tcp.ts'
import { tagPresent, Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Some, StepOf } from './executor.ts'
import { readField, writeField } from './field-access.ts'

const bitsOf = (passage: Passage, src: Subfield | bigint): bigint =>
  typeof src === 'bigint' ? src : (readField(passage, src) ?? 0n)

/** Match fields by name, as they are put together from bits. */
class MatchDraft {
  private readonly parts = new Map<Subfield['code']['field'], { value: bigint; mask: bigint; code: Subfield['code'] }>()

  add({ code, offset, bits }: Subfield, value: bigint): void {
    const part = this.parts.get(code.field) ?? { value: 0n, mask: 0n, code }
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(offset)
    part.mask |= mask
    part.value = (part.value & ~mask) | (value << BigInt(offset))
    this.parts.set(code.field, part)
  }

  oxms(): Oxm[] {
    return [...this.parts.values()].map(({ code, value, mask }) => {
      // VLAN ids are matched together with the bit that says that there is a tag.
      const isVlan = code.field.key === 'vlanVid'
      const whole = mask === (1n << BigInt(wholeBits(code))) - 1n
      const full = isVlan && whole ? value | BigInt(tagPresent) : value
      const wide = isWide(code)
      return new Oxm(code, wide ? full : Number(full), whole ? undefined : wide ? mask : Number(mask))
    })
  }
}

const actionOf = (passage: Passage, spec: LearnSpec): Action[] => {
  if (spec.type === 'output') {
    const port = Number(bitsOf(passage, spec.src))
    return [{ type: 'output', port: port >= 0xff00 && port <= 0xffff ? port + 0xffff_0000 : port, maxLen: 0 }]
  }
  if (spec.type === 'match') return []
  return [{ type: 'regLoad', dst: spec.dst, value: bitsOf(passage, spec.src) }]
}

const isEnding = (passage: Passage): boolean =>
  ((passage.key[Word.TCP_FLAGS] as number) & (TcpFlags.FIN | TcpFlags.RST)) !== 0

type Learn = StepOf<'learn'> | StepOf<'learn2'>

/** A timeout, or the shorter one for connections that end. */
const timeout = (usual: number, ending: number, ends: boolean): number =>
  ends && ending > 0 ? Math.min(usual === 0 ? ending : usual, ending) : usual

/** The flow that a packet teaches. */
const learned = (passage: Passage, step: Learn): FlowMod => {
  const draft = new MatchDraft()
  for (const spec of step.specs) if (spec.type === 'match') draft.add(spec.dst, bitsOf(passage, spec.src))
  const ends = isEnding(passage)
  return {
    type: 'flowMod',
    xid: 0,
    cookie: step.cookie,
    cookieMask: 0n,
    tableId: step.tableId,
    command: FlowModCommand.MODIFY_STRICT,
    idleTimeout: timeout(step.idleTimeout, step.finIdleTimeout, ends),
    hardTimeout: timeout(step.hardTimeout, step.finHardTimeout, ends),
    priority: step.priority,
    bufferId: NO_BUFFER,
    outPort: Port.ANY,
    outGroup: Group.ANY,
    flags: (step.flags & LearnFlags.SEND_FLOW_REM) === 0 ? 0 : FlowModFlags.SEND_FLOW_REM,
    match: draft.oxms(),
    instructions: applyActions(step.specs.flatMap((spec) => actionOf(passage, spec))),
  }
}

/** Actions that make flows, or change when they end. */
export const learnExecutors: Some<'learn' | 'learn2' | 'finTimeout'> = {
  learn: (passage, step) => void passage.datapath.learn(learned(passage, step), 0),
  learn2(passage, step) {
    const done = passage.datapath.learn(learned(passage, step), step.limit)
    if (step.resultDst) writeField(passage, step.resultDst, done ? 1n : 0n)
  },
  finTimeout(passage, { finIdleTimeout, finHardTimeout }) {
    const { entry } = passage.level ?? {}
    if (entry && isEnding(passage)) passage.datapath.shorten(entry, finIdleTimeout, finHardTimeout)
  },
}
