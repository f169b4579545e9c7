import { oxm } from '../fields/match-codec.ts'
import { Oxm } from '../fields/oxm.ts'
import { formatSubfield, type Subfield } from '../fields/subfield.ts'
import { hex } from '../fields/value-text.ts'
import { jsonObject, struct } from '../wire/codec.ts'
import type { Json } from '../wire/json.ts'
import { jsonText, u64 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { formatSetField, parseSetValue } from './set-value.ts'
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

/** Keeps a mask of all the field's bits: on the wire it is not the same as none. */
const oxmWithMask = (json: Json, path: string): Oxm => {
  const { code, value } = oxm.fromJson(json, path)
  const [given = null] = Object.values(jsonObject(json, path))
  const text = typeof given === 'string' ? given : jsonText(jsonObject(given, path).value ?? null, path)
  return new Oxm(code, value, parseSetValue(code, text).mask)
}

/** Writes the bits of a field that the mask selects, or all; for fields that regLoad cannot name. */
const regLoad2 = actionKind({
  name: 'regLoad2',
  wire: { experimenter: NICIRA, subtype: 33 },
  body: struct({ oxm: { ...oxm, fromJson: oxmWithMask } }),
  format: (body) => formatSetField(body.oxm),
})

/** Actions that write a constant to bits of a field. */
export const loadKinds = [regLoad, regLoad2] as const
