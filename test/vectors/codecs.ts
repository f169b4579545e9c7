import { type DecodedHello, decodeHello, encodeHello, formatHello } from '../../controller/openflow/messages/hello.ts'
import * as of13 from '../../controller/openflow/messages/messages.ts'
import * as of10 from '../../controller/openflow/of10/messages.ts'
import type { Json, JsonObject } from '../../controller/openflow/wire/json.ts'

/** What reads, writes and prints the messages of one version. */
export interface VersionCodec {
  decode(bytes: Uint8Array): object
  encode(message: object): Uint8Array
  format(message: object): string
  toJson(message: object): JsonObject
  fromJson(json: Json): object
}

export const codec13: VersionCodec = {
  decode: of13.decodeMessage,
  encode: (message) => of13.encodeMessage(message as of13.Message),
  format: (message) => of13.formatMessage(message as of13.Message),
  toJson: (message) => of13.toJson(message as of13.Message),
  fromJson: of13.fromJson,
}

export const codec10: VersionCodec = {
  decode: of10.decodeMessage,
  encode: (message) => of10.encodeMessage(message as of10.Message10),
  format: (message) => of10.formatMessage(message as of10.Message10),
  toJson: (message) => of10.toJson(message as of10.Message10),
  fromJson: of10.fromJson,
}

/** HELLO, which may have any version; JSON of messages is that of 1.3. */
const helloCodec: VersionCodec = {
  decode: decodeHello,
  encode: (message) => encodeHello(message as DecodedHello),
  format: (message) => formatHello(message as DecodedHello),
  toJson: (message) => of13.toJson({ ...(message as DecodedHello), type: 'hello' }),
  fromJson: of13.fromJson,
}

const helloType = 0

/** The codec of the version that a message names. */
export const codecOf = ([version, type]: Uint8Array): VersionCodec => {
  if (type === helloType && version !== of13.version13) return helloCodec
  return version === of10.version10 ? codec10 : codec13
}
