import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import type { Connection } from './connection.ts'

/** What a switch does for some of the messages of a controller. May throw ProtocolError or Refusal. */
export type Handlers = {
  readonly [T in Message['type']]?: (connection: Connection, message: MessageNamed<T>, bytes: Uint8Array) => void
}
