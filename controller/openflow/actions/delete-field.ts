import type { OxmCode } from '../fields/field.ts'
import { codeByName, encodeOxmHeader } from '../fields/oxm.ts'
import { fieldByName, subfieldFromJson, subfieldToJson, wholeBits } from '../fields/subfield.ts'
import type { Codec } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { actionKind } from './kind.ts'
import { membersJson, NICIRA, readHeader } from './wire.ts'

export interface DeleteField {
  readonly code: OxmCode
}

/** Bytes that the field's header and the padding after it take: the action has 24 in all. */
const size = 14

const body: Codec<DeleteField> = {
  ...membersJson<DeleteField>({
    code: {
      toJson: (code) => subfieldToJson({ code, offset: 0, bits: wholeBits(code) }),
      fromJson: (json, path) => subfieldFromJson(json, path).code,
    },
  }),
  decode(reader) {
    const part = reader.sub(size)
    return { code: readHeader(part) }
  },
  encode(writer, { code }) {
    const end = writer.pos + size
    encodeOxmHeader(writer, code)
    writer.zeros(end - writer.pos)
  },
}

/** Takes a Geneve option off. */
export const deleteField = actionKind({
  name: 'deleteField',
  wire: { experimenter: NICIRA, subtype: 50 },
  body,
  format: ({ code }) => `delete_field:${code.field.names[0]}`,
  keywords: {
    delete_field: ({ value, text }) => {
      const code = codeByName(value)?.field.nxmCode ?? fieldByName(value)?.nxmCode
      if (!code) throw new TextSyntaxError(text, 'a field such as tun_metadata0 is expected')
      return [{ type: 'deleteField', code }]
    },
  },
})
