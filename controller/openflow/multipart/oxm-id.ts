import { allFields, type Field, OxmClass, type OxmCode } from '../fields/field.ts'
import { codeByName } from '../fields/oxm.ts'
import { type Codec, jsonObject } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import type { Json } from '../wire/json.ts'
import { u32 } from '../wire/primitives.ts'

/**
 * The header of an OXM field without a value, kept as it came: what switches put into the length
 * of such a header differs.
 */
export interface OxmId {
  /** Class, field, mask bit and length (OpenFlow 1.3.5 §7.2.3.2). */
  readonly header: number
  /** In the experimenter class only. */
  readonly experimenter: number | undefined
}

const maskBit = 0x100

const keyOf = (oxmClass: number, number: number, experimenter = 0): string => `${oxmClass}/${number}/${experimenter}`

const byNumber: ReadonlyMap<string, OxmCode> = new Map(
  allFields.flatMap(({ codePoints }) =>
    codePoints.map((code) => [keyOf(code.class, code.number, code.experimenter), code]),
  ),
)

const codeOf = ({ header, experimenter }: OxmId): OxmCode | undefined =>
  byNumber.get(keyOf(header >>> 16, (header >>> 9) & 0x7f, experimenter))

/** The field that an id names, if it is a known one. */
export const oxmIdField = (id: OxmId): Field | undefined => codeOf(id)?.field

/** Whether an id says that the field may be masked. */
export const oxmIdMasked = ({ header }: OxmId): boolean => (header & maskBit) !== 0

/** The id of a code point, as in `oxmIdOf(fields.ethDst.code, true)` for one that can be masked. */
export const oxmIdOf = (code: OxmCode, masked = false): OxmId => ({
  header: masked ? code.maskedHeader : code.header,
  experimenter: code.experimenter,
})

/** `OXM_OF_ETH_DST`, `OXM_OF_ETH_DST/mask`, or undefined where the name would not tell all. */
const nameOf = (id: OxmId): string | undefined => {
  const code = codeOf(id)
  if (code?.header === id.header) return code.name
  return code?.maskedHeader === id.header ? `${code.name}/mask` : undefined
}

const fromName = (text: string, path: string): OxmId => {
  const [name = '', mask] = text.split('/')
  const code = codeByName(name)
  if (!code || (mask !== undefined && mask !== 'mask')) throw new EncodeError(path, `no field is called ${text}`)
  return oxmIdOf(code, mask !== undefined)
}

/** One id of a list of fields in table features. */
export const oxmId: Codec<OxmId> = {
  decode(reader) {
    const header = reader.u32()
    return { header, experimenter: header >>> 16 === OxmClass.EXPERIMENTER ? reader.u32() : undefined }
  },
  encode(writer, { header, experimenter }, path) {
    u32.encode(writer, header, `${path}.header`)
    if ((header >>> 16 === OxmClass.EXPERIMENTER) !== (experimenter !== undefined)) {
      throw new EncodeError(`${path}.experimenter`, 'goes with the experimenter class, 0xffff')
    }
    if (experimenter !== undefined) u32.encode(writer, experimenter, `${path}.experimenter`)
  },
  toJson: (id): Json =>
    nameOf(id) ?? { header: id.header, ...(id.experimenter === undefined ? {} : { experimenter: id.experimenter }) },
  fromJson(json, path) {
    if (typeof json === 'string') return fromName(json, path)
    const { header, experimenter } = jsonObject(json, path)
    return {
      header: u32.fromJson(header ?? null, `${path}.header`),
      experimenter: experimenter === undefined ? undefined : u32.fromJson(experimenter, `${path}.experimenter`),
    }
  },
}
