import { oxm as oxmCodec } from '../fields/match-codec.ts'
import { decodeOxm, encodeOxm, type Oxm } from '../fields/oxm.ts'
import type { Codec } from '../wire/codec.ts'
import { jsonObject } from '../wire/codec.ts'
import { actionKind } from './kind.ts'
import { formatSetField } from './set-value.ts'

/** The OXM takes the whole action but its padding to 8 bytes (OpenFlow 1.3.5 §7.2.5). */
const body: Codec<{ readonly oxm: Oxm }> = {
  decode(reader) {
    const part = reader.sub(reader.remaining, 'OFPBAC_BAD_SET_LEN')
    const oxm = decodeOxm(part)
    if (part.remaining >= 8) part.fail('more than one field in a set-field')
    return { oxm }
  },
  encode: (writer, { oxm }, path) => encodeOxm(writer, oxm, `${path}.oxm`),
  toJson: ({ oxm }) => ({ oxm: oxmCodec.toJson(oxm) }),
  fromJson: (json, path) => ({ oxm: oxmCodec.fromJson(jsonObject(json, path).oxm ?? null, `${path}.oxm`) }),
}

export const setField = actionKind({
  name: 'setField',
  wire: { type: 25 },
  body,
  format: ({ oxm }) => formatSetField(oxm),
})
