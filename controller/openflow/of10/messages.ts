import type { MessageOf } from '../messages/kind.ts'
import { makeMessageSet } from '../messages/message-set.ts'
import type { AnyKind } from '../messages/registry.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import type { Writer } from '../wire/writer.ts'
import { error10 } from './errors.ts'
import { flowKinds } from './flow.ts'
import { packetKinds } from './packet.ts'
import { portStatus10 } from './phy-port.ts'
import { statsKinds } from './stats.ts'
import { switchKinds } from './switch.ts'

/** The version byte of OpenFlow 1.0. */
export const version10 = 1

/** What a load generator or a learning switch needs of OpenFlow 1.0 §5; no port-mod, no queues. */
const kinds = [...switchKinds, error10, ...packetKinds, ...flowKinds, portStatus10, ...statsKinds] as const

/** Any OpenFlow 1.0 message that is supported; `type` tells which. */
export type Message10 = MessageOf<(typeof kinds)[number]>
/** The message with this `type`. */
export type MessageNamed10<Name extends Message10['type']> = Extract<Message10, { readonly type: Name }>

/** OpenFlow 1.0 §5.1 */
const types = { EXPERIMENTER: 4, MULTIPART_REQUEST: 16, MULTIPART_REPLY: 17 } as const

const messages = makeMessageSet<Message10>(
  { byte: version10, mark: '', types },
  () => kinds as readonly unknown[] as readonly AnyKind[],
)

/** Every kind of message, for tables of what is supported. */
export const messageKinds = messages.kinds

/**
 * Decodes one whole OpenFlow 1.0 message, header included.
 *
 * @throws ProtocolError, and nothing else, when the bytes are not one
 */
export const decodeMessage = (bytes: Uint8Array): Message10 => messages.decode(bytes)

/**
 * Encodes a message, header included, into bytes of its own.
 *
 * @throws EncodeError naming the member that does not fit
 */
export const encodeMessage = (message: Message10): Uint8Array => messages.encode(message)

/**
 * Appends a message to what `writer` holds. `path` begins the paths of errors; it is the type
 * unless given.
 *
 * @throws EncodeError naming the member that does not fit; `writer` then holds a part of it
 */
export const writeMessage = (writer: Writer, message: Message10, path?: string): void =>
  messages.write(writer, message, path)

/** A message as `ovs-ofctl ofp-print` shows it, without a line feed at the end. */
export const formatMessage = (message: Message10): string => messages.format(message)

/**
 * The JSON form of a message, which `fromJson` takes back: enumerations and flags by name, 64-bit
 * values as `0x…`, addresses as text, bytes as hexadecimal.
 */
export const toJson = (message: Message10): JsonObject => messages.toJson(message)

/**
 * The message of a JSON form.
 *
 * @throws EncodeError naming the member that is missing or wrong
 */
export const fromJson = (json: Json): Message10 => messages.fromJson(json)
