import { fields } from '../../../controller/openflow/fields/field.ts'
import type { Oxm } from '../../../controller/openflow/fields/oxm.ts'
import type { Passage } from '../pipeline/passage.ts'
import { placeOf } from '../tables/matcher.ts'
import type { Some } from './executor.ts'
import { readField, writeField } from './field-access.ts'

/** Writes the bits of a field that the mask selects, or all. */
const writeOxm = (passage: Passage, { code, value, mask }: Oxm): void => {
  const width = placeOf(code.field, passage.datapath.options)?.width ?? code.field.bits
  const whole = { code, offset: 0, bits: width }
  if (mask === undefined) {
    writeField(passage, whole, BigInt(value))
    return
  }
  const old = readField(passage, whole)
  if (old === undefined) passage.note(`the packet has no ${code.field.names[0]}`)
  else writeField(passage, whole, (old & ~BigInt(mask)) | (BigInt(value) & BigInt(mask)))
}

const { tunnelId } = fields
const wholeTunnelId = { code: tunnelId.nxmCode, offset: 0, bits: 64 }

/** Values that stay on a packet's stack at most. */
const deepestStack = 1024

/** Actions that copy and write fields. */
export const fieldExecutors: Some<
  | 'setField'
  | 'regLoad'
  | 'regLoad2'
  | 'regMove'
  | 'copyField'
  | 'stackPush'
  | 'stackPop'
  | 'setTunnel'
  | 'setTunnel64'
  | 'deleteField'
  | 'writeMetadata'
  | 'checkPktLarger'
> = {
  setField: (passage, { oxm }) => writeOxm(passage, oxm),
  regLoad: (passage, { dst, value }) => writeField(passage, dst, value),
  regLoad2: (passage, { oxm }) => writeOxm(passage, oxm),
  regMove(passage, { src, dst }) {
    const value = readField(passage, src)
    if (value === undefined) passage.note(`the packet has no ${src.code.field.names[0]}`)
    else writeField(passage, dst, value)
  },
  copyField(passage, { src, dst }) {
    const value = readField(passage, src)
    if (value !== undefined) writeField(passage, dst, value)
  },
  stackPush(passage, { src }) {
    if (passage.stack.length < deepestStack) passage.stack.push(readField(passage, src) ?? 0n)
  },
  stackPop(passage, { dst }) {
    const value = passage.stack.pop()
    if (value === undefined) passage.note('the stack is empty')
    else writeField(passage, dst, value & ((1n << BigInt(dst.bits)) - 1n))
  },
  setTunnel: (passage, { tunnelId }) => writeField(passage, wholeTunnelId, BigInt(tunnelId)),
  setTunnel64: (passage, { tunnelId }) => writeField(passage, wholeTunnelId, tunnelId),
  deleteField: (passage, { code }) => passage.datapath.options.setPresent(code.field, passage.key, false),
  writeMetadata(passage, { metadata, mask }) {
    const whole = { code: fields.metadata.code, offset: 0, bits: 64 }
    const old = readField(passage, whole) ?? 0n
    writeField(passage, whole, (old & ~mask) | (metadata & mask))
  },
  checkPktLarger(passage, { pktLen, dst }) {
    const { layout } = passage
    const frame = passage.commit()
    const length = layout.networkEnd < 0 ? frame.length : passage.layout.networkEnd
    writeField(passage, dst, length > pktLen ? 1n : 0n)
  },
}
