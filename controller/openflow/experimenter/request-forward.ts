import { type MessageKind, messageKind } from '../messages/kind.ts'
import type { Message } from '../messages/messages.ts'
import { type Codec, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'

interface RequestForwardBody {
  /** A group-mod or meter-mod of another controller. */
  readonly message: Message
}

/** Tells of a change that another controller made (OpenFlow 1.4 §7.4.6, in 1.3 an ONF extension). */
export interface RequestForwardMessage extends RequestForwardBody {
  readonly type: 'requestForward'
  readonly xid: number
}

const reasonTexts: Readonly<Record<string, string>> = { groupMod: 'group_mod', meterMod: 'meter_mod' }

/** The kind of request-forward messages; `message` is the codec of the message inside. */
export const requestForward = (message: Codec<Message>): MessageKind<'requestForward', RequestForwardBody> =>
  messageKind({
    name: 'requestForward',
    ofp: 'ONFT_REQUESTFORWARD',
    wire: { experimenter: Experimenter.ONF, expType: 2350 },
    body: struct({ message }),
    text({ message: inner }, nested) {
      const whole = nested.message(inner)
      // ofp-print leaves out the name and xid of the message inside.
      return ` reason=${reasonTexts[inner.type] ?? inner.type}${whole.slice(whole.indexOf(':') + 1)}`
    },
  })
