import type { Message } from '../../../controller/openflow/messages/messages.ts'
import fc from '../../support/random.ts'
import { coreMessages } from './core.ts'
import { experimenterMessages, nestingMessages } from './experimenter.ts'
import { multipartMessages } from './multipart.ts'
import { anyParts, type MessageTable, type Parts } from './parts.ts'

/** An arbitrary for every kind of message made of these parts. */
export const messagesOf = (parts: Parts): MessageTable => {
  const plain = { ...coreMessages(parts), ...multipartMessages(parts), ...experimenterMessages(parts) }
  const bundled = fc.oneof<fc.Arbitrary<Message>[]>(plain.flowMod, plain.groupMod, plain.meterMod, plain.portMod)
  const forwarded = fc.oneof<fc.Arbitrary<Message>[]>(plain.groupMod, plain.meterMod)
  return { ...plain, ...nestingMessages(parts, bundled, forwarded) }
}

/** Every kind of message with any values that fit on the wire. */
export const anyMessages: MessageTable = messagesOf(anyParts)
