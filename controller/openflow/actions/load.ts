import { oxm } from '../fields/match-codec.ts'
import type { Oxm } from '../fields/oxm.ts'
import { formatSubfield, type Subfield } from '../fields/subfield.ts'
import { hex } from '../fields/value-text.ts'
import { struct } from '../wire/codec.ts'
import { u64 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { bitsOf, runs } from './runs.ts'
import { formatSetField } from './set-value.ts'
import { NICIRA, packedSubfield } from './wire.ts'

const formatLoad = ({ dst, value }: { readonly dst: Subfield; readonly value: bigint }): string =>
  `load:${hex(value)}->${formatSubfield(dst)}`

/** Writes up to 64 bits of a field. */
const regLoad = actionKind({
  name: 'regLoad',
  wire: { experimenter: NICIRA, subtype: 7 },
  body: struct({ dst: packedSubfield, value: u64 }),
  format: formatLoad,
})

/** ovs-ofctl takes no mask for some fields in set_field, whatever it prints: load says it too. */
const formatRegLoad2 = (oxm: Oxm): string => {
  const { code, field, mask } = oxm
  if (mask === undefined || field.maskable || BigInt(mask) === 0n) return formatSetField(oxm)
  return runs(BigInt(mask), code.length * 8)
    .map((run) => formatLoad({ dst: { code, ...run }, value: bitsOf(BigInt(oxm.value), run) }))
    .join(',')
}

/** Writes the bits of a field that the mask selects, or all; for fields that regLoad cannot name. */
const regLoad2 = actionKind({
  name: 'regLoad2',
  wire: { experimenter: NICIRA, subtype: 33 },
  body: struct({ oxm }),
  format: (body) => formatRegLoad2(body.oxm),
})

/** Actions that write a constant to bits of a field. */
export const loadKinds = [regLoad, regLoad2] as const
