import { formatSubfield } from '../fields/subfield.ts'
import { integer, splitTop } from '../text/scan.ts'
import { pad, struct } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { enumOf } from '../wire/names.ts'
import { u16, u32 } from '../wire/primitives.ts'
import { HashFields, hashFields, namedValue, wordOf } from './hash.ts'
import { actionKind } from './kind.ts'
import { parseShortSubfield } from './short-field.ts'
import { NICIRA, packedSubfield } from './wire.ts'

/** How a hash becomes a link number (NX_MP_ALG_* of Open vSwitch). */
export const MultipathAlgorithm = { MODULO_N: 0, HASH_THRESHOLD: 1, HRW: 2, ITER_HASH: 3 } as const

/** Writes a link number from 0 to `maxLink`, chosen by a hash, to `dst`. */
export const multipath = actionKind({
  name: 'multipath',
  wire: { experimenter: NICIRA, subtype: 10 },
  body: struct({
    fields: hashFields,
    basis: u16,
    pad: pad(2),
    algorithm: enumOf(u16, MultipathAlgorithm),
    maxLink: u16,
    argument: u32,
    pad2: pad(2),
    dst: packedSubfield,
  }),
  format: (body) => {
    const { basis, maxLink, argument } = body
    const fields = wordOf(HashFields, body.fields)
    const algorithm = wordOf(MultipathAlgorithm, body.algorithm)
    return `multipath(${fields},${basis},${algorithm},${maxLink + 1},${argument},${formatSubfield(body.dst)})`
  },
  keywords: { multipath: ({ value }) => [parseMultipath(value)] },
})

const parseMultipath = (text: string) => {
  const [fields = '', basis = '', algorithm = '', links = '', argument = '', dst] = splitTop(text)
  if (dst === undefined) throw new TextSyntaxError(text, 'multipath(fields,basis,algorithm,links,arg,dst) is expected')
  const maxLink = integer(links, 0x10000) - 1
  const target = parseShortSubfield(dst)
  if (maxLink < 0 || maxLink >= 2 ** target.bits) {
    throw new TextSyntaxError(text, `${links} links do not fit ${target.bits} bits`)
  }
  return {
    type: 'multipath',
    fields: namedValue(HashFields, fields),
    basis: integer(basis, 0xffff),
    algorithm: namedValue(MultipathAlgorithm, algorithm),
    maxLink,
    argument: integer(argument),
    dst: target,
  }
}
