import { type BundleAddMessage, bundleAdd } from '../experimenter/bundle-add.ts'
import { experimenterKinds } from '../experimenter/kinds.ts'
import { type RequestForwardMessage, requestForward } from '../experimenter/request-forward.ts'
import { multipartKinds } from '../multipart/kinds.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import type { Writer } from '../wire/writer.ts'
import { coreKinds } from './core-kinds.ts'
import type { MessageOf } from './kind.ts'
import { makeMessageSet } from './message-set.ts'
import type { AnyKind } from './registry.ts'

/** The version byte of OpenFlow 1.3. */
export const version13 = 4

type PlainKind = (typeof coreKinds)[number] | (typeof multipartKinds)[number] | (typeof experimenterKinds)[number]

/** Any OpenFlow 1.3 message; `type` tells which. */
export type Message = MessageOf<PlainKind> | BundleAddMessage | RequestForwardMessage
/** The message with this `type`. */
export type MessageNamed<Name extends Message['type']> = Extract<Message, { readonly type: Name }>

/** OpenFlow 1.3.5 §7.1 */
const types = { EXPERIMENTER: 4, MULTIPART_REQUEST: 18, MULTIPART_REPLY: 19 } as const

const messages = makeMessageSet<Message>({ byte: version13, mark: ' (OF1.3)', types }, (inner) => {
  const nesting: readonly unknown[] = [bundleAdd(inner), requestForward(inner)]
  const kinds: readonly unknown[] = [...coreKinds, ...multipartKinds, ...experimenterKinds, ...nesting]
  return kinds as readonly AnyKind[]
})

/** Every kind of message, for tables of what is supported. */
export const messageKinds = messages.kinds

/**
 * Decodes one whole OpenFlow 1.3 message, header included.
 *
 * @throws ProtocolError, and nothing else, when the bytes are not one
 */
export const decodeMessage = (bytes: Uint8Array): Message => messages.decode(bytes)

/**
 * Encodes a message, header included, into bytes of its own.
 *
 * @throws EncodeError naming the member that does not fit
 */
export const encodeMessage = (message: Message): Uint8Array => messages.encode(message)

/**
 * Appends a message to what `writer` holds. `path` begins the paths of errors; it is the type
 * unless given.
 *
 * @throws EncodeError naming the member that does not fit; `writer` then holds a part of it
 */
export const writeMessage = (writer: Writer, message: Message, path?: string): void =>
  messages.write(writer, message, path)

/** A message as `ovs-ofctl ofp-print` shows it, without a line feed at the end. */
export const formatMessage = (message: Message): string => messages.format(message)

/**
 * The JSON form of a message, which `fromJson` takes back: enumerations and flags by name, 64-bit
 * values as `0x…`, addresses as text, bytes as hexadecimal.
 */
export const toJson = (message: Message): JsonObject => messages.toJson(message)

/**
 * The message of a JSON form.
 *
 * @throws EncodeError naming the member that is missing or wrong
 */
export const fromJson = (json: Json): Message => messages.fromJson(json)
