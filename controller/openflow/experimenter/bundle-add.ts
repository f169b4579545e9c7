import { type MessageKind, messageKind } from '../messages/kind.ts'
import type { Message } from '../messages/messages.ts'
import { type Codec, pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { flagsOf } from '../wire/names.ts'
import { u16, u32 } from '../wire/primitives.ts'
import { type Trailing, withTrailing } from '../wire/property.ts'
import { BundleFlags, bundleFlagsText, bundleIdText } from './bundle-control.ts'

interface BundleAddBody extends Trailing {
  readonly bundleId: number
  readonly flags: number
  /** Its xid must be the bundle-add's. */
  readonly message: Message
}

/** Adds a message to a bundle. */
export interface BundleAddMessage extends BundleAddBody {
  readonly type: 'bundleAdd'
  readonly xid: number
}

/** A message that ends where its own header says, not where the one around it does. */
const bounded = (message: Codec<Message>): Codec<Message> => ({
  ...message,
  decode(reader) {
    if (reader.remaining < 4) reader.fail('a bundle-add without a message')
    return message.decode(reader.sub(reader.view.getUint16(reader.pos + 2)))
  },
})

/** The kind of bundle-add messages; `message` is the codec of the message inside. */
export const bundleAdd = (message: Codec<Message>): MessageKind<'bundleAdd', BundleAddBody> =>
  messageKind({
    name: 'bundleAdd',
    ofp: 'ONFT_BUNDLE_ADD_MESSAGE',
    wire: { experimenter: Experimenter.ONF, expType: 2301 },
    body: withTrailing(
      struct({ bundleId: u32, pad: pad(2), flags: flagsOf(u16, BundleFlags), message: bounded(message) }),
    ),
    text: ({ bundleId, flags, message: inner }, nested) =>
      `\n${bundleIdText(bundleId)}${bundleFlagsText(flags)}\n${nested.message(inner)}`,
  })
