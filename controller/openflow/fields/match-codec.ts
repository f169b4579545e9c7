import type { Codec } from '../wire/codec.ts'
import { checkLength, jsonObject } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { decodeOxm, encodeOxm, type Match, type Oxm } from './oxm.ts'
import { oxmFromJson, oxmToJson } from './oxm-json.ts'

/** OFPMT_OXM, the only match type of OpenFlow 1.3 (§7.2.3.1). */
const matchTypeOxm = 1

/** More than there are fields in all: a longer match names some twice, which no switch does (§7.2.3.3). */
const mostFields = 512

/** The fields of a match that end where the reader ends. */
export const decodeOxms = (reader: Reader): Match => {
  const fields: Oxm[] = []
  while (reader.pos < reader.end) {
    if (fields.length === mostFields) reader.fail(`a match of more than ${mostFields} fields`)
    fields.push(decodeOxm(reader))
  }
  return fields
}

/** Fields one after the other, without the header and padding of ofp_match. */
export const encodeOxms = (writer: Writer, match: Match, path: string): void => {
  if (!Array.isArray(match)) throw new EncodeError(path, 'a list of fields is expected')
  for (const oxm of match) encodeOxm(writer, oxm, path)
}

/** struct ofp_match with its padding to 8 bytes (OpenFlow 1.3.5 §7.2.3.1). */
export const decodeMatch = (reader: Reader): Match => {
  const type = reader.u16()
  if (type !== matchTypeOxm) throw new ProtocolError('OFPBMC_BAD_TYPE', `match type ${type}`)
  const length = reader.u16()
  if (length < 4 || length - 4 > reader.remaining) {
    throw new ProtocolError('OFPBMC_BAD_LEN', `a match of ${length} bytes, ${reader.remaining + 4} left`)
  }
  const fields = decodeOxms(reader.sub(length - 4, 'OFPBMC_BAD_LEN'))
  reader.skip((8 - (length % 8)) % 8)
  return fields
}

export const encodeMatch = (writer: Writer, match: Match, path: string): void => {
  const start = writer.pos
  writer.u16(matchTypeOxm)
  writer.u16(0)
  encodeOxms(writer, match, path)
  writer.patch16(start + 2, checkLength(writer.pos - start, path))
  writer.align(start, 8)
}

const fieldToJson = (oxm: Oxm): JsonObject => ({ [oxm.code.name]: oxmToJson(oxm) })

/**
 * A match as a JSON object: `{"OXM_OF_ETH_TYPE": "0x800", "OXM_OF_IPV4_DST": "10.0.0.0/8"}`. One
 * that names a field twice, which no switch takes, is a list of such objects.
 */
export const matchToJson = (match: Match): JsonObject | readonly JsonObject[] => {
  const fields = match.map(fieldToJson)
  const object: JsonObject = Object.assign({}, ...fields)
  return Object.keys(object).length === match.length ? object : fields
}

export const matchFromJson = (json: Json, path: string): Match => {
  if (typeof json !== 'object' || json === null) throw new EncodeError(path, 'an object of fields is expected')
  const objects: readonly Json[] = Array.isArray(json) ? json : [json]
  return objects.flatMap((fields) =>
    Object.entries(jsonObject(fields, path)).map(([name, value]) => oxmFromJson(name, value, path)),
  )
}

/** The codec of ofp_match. */
export const match: Codec<Match> = {
  decode: decodeMatch,
  encode: encodeMatch,
  toJson: matchToJson,
  fromJson: matchFromJson,
}

/** One field. */
export const oxm: Codec<Oxm> = {
  decode: decodeOxm,
  encode: encodeOxm,
  toJson: fieldToJson,
  fromJson(json, path) {
    const fields = matchFromJson(json, path)
    if (fields.length !== 1) throw new EncodeError(path, 'an object of one field is expected')
    return fields[0] as Oxm
  },
}
