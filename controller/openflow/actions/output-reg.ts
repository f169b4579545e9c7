import { encodeOxmHeader } from '../fields/oxm.ts'
import { formatPort } from '../fields/port-text.ts'
import { formatSubfield, type Subfield, unpackBits } from '../fields/subfield.ts'
import { type Codec, struct } from '../wire/codec.ts'
import { u16, u32 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { membersJson, NICIRA, packedSubfield, port16, readHeader, subfieldJson, writePackedBits } from './wire.ts'

export interface OutputReg {
  readonly src: Subfield
  /** Bytes for the controller, where `src` turns out to be its port. */
  readonly maxLen: number
}

const format = ({ src }: OutputReg): string => `output:${formatSubfield(src)}`

/** To the port whose number stands in bits of a field. */
const outputReg = actionKind({
  name: 'outputReg',
  wire: { experimenter: NICIRA, subtype: 15 },
  body: struct({ src: packedSubfield, maxLen: u16 }),
  format,
})

/** `[offset and bits 16][maxLen 16][field]`; the field's header has 4 or 8 bytes. */
const body: Codec<OutputReg> = {
  ...membersJson<OutputReg>({ src: subfieldJson, maxLen: u16 }),
  decode(reader) {
    const place = unpackBits(reader.u16())
    const maxLen = reader.u16()
    return { src: { code: readHeader(reader), ...place }, maxLen }
  },
  encode(writer, { src, maxLen }, path) {
    writePackedBits(writer, src, `${path}.src`)
    u16.encode(writer, maxLen, `${path}.maxLen`)
    encodeOxmHeader(writer, src.code)
  },
}

const outputReg2 = actionKind({ name: 'outputReg2', wire: { experimenter: NICIRA, subtype: 32 }, body, format })

/** Cuts the packet to at most `maxLen` bytes on its way out. */
const outputTrunc = actionKind({
  name: 'outputTrunc',
  wire: { experimenter: NICIRA, subtype: 39 },
  body: struct({ port: port16, maxLen: u32 }),
  format: ({ port, maxLen }) => `output(port=${formatPort(port)},max_len=${maxLen})`,
})

/** Open vSwitch's forms of output. */
export const outputKinds = [outputReg, outputReg2, outputTrunc] as const
