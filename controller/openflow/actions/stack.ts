import { encodeOxmHeader } from '../fields/oxm.ts'
import { checkSubfield, formatSubfield, parseSubfield, type Subfield } from '../fields/subfield.ts'
import { type Codec, struct } from '../wire/codec.ts'
import { u16 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { NICIRA, readHeader, subfieldJson } from './wire.ts'

/** `[offset 16][field][bits 16]`; the field's header has 4 or 8 bytes. */
const stackSubfield: Codec<Subfield> = {
  decode(reader) {
    const offset = reader.u16()
    const code = readHeader(reader)
    return { code, offset, bits: reader.u16() }
  },
  encode(writer, value, path) {
    const { code, offset, bits } = checkSubfield(value, path)
    u16.encode(writer, offset, `${path}.offset`)
    encodeOxmHeader(writer, code)
    u16.encode(writer, bits, `${path}.bits`)
  },
  ...subfieldJson,
}

const stackPush = actionKind({
  name: 'stackPush',
  wire: { experimenter: NICIRA, subtype: 27 },
  body: struct({ src: stackSubfield }),
  format: ({ src }) => `push:${formatSubfield(src)}`,
  keywords: { push: ({ value }) => [{ type: 'stackPush', src: parseSubfield(value) }] },
})

const stackPop = actionKind({
  name: 'stackPop',
  wire: { experimenter: NICIRA, subtype: 28 },
  body: struct({ dst: stackSubfield }),
  format: ({ dst }) => `pop:${formatSubfield(dst)}`,
  keywords: { pop: ({ value }) => [{ type: 'stackPop', dst: parseSubfield(value) }] },
})

/** Actions on the stack that a packet has while it is in the pipeline. */
export const stackKinds = [stackPush, stackPop] as const
