import { type MessageKind, messageKind } from '../messages/kind.ts'
import type { Message } from '../messages/messages.ts'
import { type Codec, pad, struct } from '../wire/codec.ts'
import { flagsOf } from '../wire/names.ts'
import { u16, u32 } from '../wire/primitives.ts'

/** ONF bundle flags (extension 230). */
export const BundleFlags = { ATOMIC: 1, ORDERED: 2 } as const

interface BundleAddBody {
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

/** The kind of bundle-add messages; `message` is the codec of the message inside. */
export const bundleAdd = (message: Codec<Message>): MessageKind<'bundleAdd', BundleAddBody> =>
  messageKind({
    name: 'bundleAdd',
    ofp: 'ONFT_BUNDLE_ADD_MESSAGE',
    wire: { experimenter: 0x4f4e4600, expType: 2301 },
    body: struct({ bundleId: u32, pad: pad(2), flags: flagsOf(u16, BundleFlags), message }),
    text: (body, nested) => ` bundle_id=${body.bundleId} ${nested.message(body.message)}`,
  })
