import { encodeOxmHeader } from '../fields/oxm.ts'
import { checkSubfield, formatSubfield, parseSubfield, type Subfield } from '../fields/subfield.ts'
import { arrow } from '../text/scan.ts'
import type { Codec } from '../wire/codec.ts'
import { EncodeError, TextSyntaxError } from '../wire/errors.ts'
import { u16 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { membersJson, NICIRA, ONF, readHeader, subfieldJson } from './wire.ts'

/** Copies the bits of `src` to `dst`, which has as many. */
export interface Move {
  readonly src: Subfield
  readonly dst: Subfield
}

/** `[bits 16][src offset 16][dst offset 16]`, `gap` bytes, and the headers of both fields. */
const moveBody = (before: number, gap: number): Codec<Move> => ({
  ...membersJson<Move>({ src: subfieldJson, dst: subfieldJson }),
  decode(reader) {
    reader.skip(before)
    const bits = reader.u16()
    const srcOffset = reader.u16()
    const dstOffset = reader.u16()
    reader.skip(gap)
    const src = { code: readHeader(reader), offset: srcOffset, bits }
    return { src, dst: { code: readHeader(reader), offset: dstOffset, bits } }
  },
  encode(writer, move, path) {
    const src = checkSubfield(move.src, `${path}.src`)
    const dst = checkSubfield(move.dst, `${path}.dst`)
    if (src.bits !== dst.bits) throw new EncodeError(path, `${src.bits} bits cannot move to ${dst.bits}`)
    writer.zeros(before)
    u16.encode(writer, src.bits, `${path}.src.bits`)
    u16.encode(writer, src.offset, `${path}.src.offset`)
    u16.encode(writer, dst.offset, `${path}.dst.offset`)
    writer.zeros(gap)
    encodeOxmHeader(writer, src.code)
    encodeOxmHeader(writer, dst.code)
  },
})

const format = ({ src, dst }: Move): string => `move:${formatSubfield(src)}->${formatSubfield(dst)}`

/** Parses `source->destination`, both of the same number of bits. */
export const parseMove = (text: string): Move => {
  const [from, to] = arrow(text)
  const src = parseSubfield(from)
  const dst = parseSubfield(to)
  if (src.bits !== dst.bits) throw new TextSyntaxError(text, `${src.bits} bits cannot move to ${dst.bits}`)
  return { src, dst }
}

const regMove = actionKind({
  name: 'regMove',
  wire: { experimenter: NICIRA, subtype: 6 },
  body: moveBody(0, 0),
  format,
  keywords: { move: ({ value }) => [{ type: 'regMove', ...parseMove(value) }] },
})

/** The ONF's extension 320 to OpenFlow 1.3, the same as regMove. Text does not tell them apart. */
const copyField = actionKind({
  name: 'copyField',
  wire: { experimenter: ONF, subtype: 3200 },
  body: moveBody(2, 2),
  format,
})

/** Actions that copy bits from one field to another. */
export const moveKinds = [regMove, copyField] as const
