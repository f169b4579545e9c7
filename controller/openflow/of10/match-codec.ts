import { type Codec, jsonObject } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import { ipv4, jsonText } from '../wire/primitives.ts'
import {
  type AddressKey,
  addressKeys,
  fromWire,
  type Ipv4Prefix,
  type Match10,
  type MutableMatch,
  type PlainKey,
  plainKeys,
  toWire,
  wire,
} from './match.ts'

type Values = { [K in PlainKey | AddressKey]?: number }

/** The members of a match with nothing in it, as the struct codec puts them to JSON. */
const nothing = wire.toJson(toWire({}, 'match')) as JsonObject

const pick = (json: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.map((key) => [key, json[key] as Json]))

/** `{"dlType":2048,"dlDst":"00:00:00:00:00:01","nwDst":"10.0.0.0/8"}` */
const toJson = (match: Match10): JsonObject => {
  const raw = wire.toJson(toWire(match, 'match')) as JsonObject
  const prefixes = addressKeys.flatMap((key) => {
    const field = match[key]
    return field ? [[key, `${raw[key]}/${field.prefix}`]] : []
  })
  const { wildcards, ignored } = match
  const plain = plainKeys.filter((key) => match[key] !== undefined)
  return {
    ...pick(raw, plain),
    ...Object.fromEntries(prefixes),
    ...(wildcards === undefined ? {} : { wildcards }),
    ...(ignored === undefined ? {} : { ignored: pick(raw, Object.keys(ignored)) }),
  }
}

const readValues = (json: JsonObject, known: readonly string[], path: string): Values => {
  const keys = Object.keys(json)
  const unknown = keys.find((key) => !known.includes(key))
  if (unknown !== undefined) throw new EncodeError(`${path}.${unknown}`, 'no such match field')
  const all = Object.entries(wire.fromJson({ ...nothing, ...json }, path))
  return Object.fromEntries(all.filter(([key]) => keys.includes(key)))
}

const prefixFromJson = (json: Json, path: string): Ipv4Prefix => {
  const [address = '', prefix = '32'] = jsonText(json, path).split('/')
  return { address: ipv4.fromJson(address, path), prefix: Number(prefix) }
}

const ignoredKeys = [...plainKeys, ...addressKeys]
const memberKeys = [...plainKeys, 'wildcards']

const fromJson = (json: Json, path: string): Match10 => {
  const { ignored, nwSrc, nwDst, ...members } = jsonObject(json, path)
  const match: MutableMatch = readValues(members, memberKeys, path) as Pick<Match10, PlainKey | 'wildcards'>
  if (nwSrc !== undefined) match.nwSrc = prefixFromJson(nwSrc, `${path}.nwSrc`)
  if (nwDst !== undefined) match.nwDst = prefixFromJson(nwDst, `${path}.nwDst`)
  if (ignored !== undefined) {
    match.ignored = readValues(jsonObject(ignored, `${path}.ignored`), ignoredKeys, `${path}.ignored`)
  }
  return match
}

/** The codec of ofp_match, 40 bytes (OpenFlow 1.0 §5.2.3). */
export const match10: Codec<Match10> = {
  decode: (reader) => fromWire(wire.decode(reader)),
  encode: (writer, match, path) => wire.encode(writer, toWire(match, path), path),
  toJson,
  fromJson,
}
