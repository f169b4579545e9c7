import type { of10 } from '../openflow/index.ts'
import type { Connection, Unsent10 } from './connection.ts'
import { errorText10, SwitchError } from './errors.ts'

type Message10 = of10.Message10

/** What the handshake has found out so far. */
interface Draft10 {
  features?: of10.MessageNamed10<'featuresReply'>
  description?: of10.MessageNamed10<'descReply'>
}

/** Who a switch of OpenFlow 1.0 says that it is; not every one describes itself. */
export interface Found10 {
  readonly features: of10.MessageNamed10<'featuresReply'>
  readonly description: of10.MessageNamed10<'descReply'> | undefined
}

/** Packets that miss come whole. */
const wholePackets = 0xffff

/**
 * What is asked at once after HELLO, in this order. The description comes first: load generators
 * send packets right behind their features, so that nothing may be waited for after those.
 */
const questions: readonly Unsent10[] = [
  { type: 'setConfig', flags: 0, missSendLen: wholePackets },
  { type: 'descRequest', flags: 0 },
]
const featuresRequest: Unsent10 = { type: 'featuresRequest' }

interface Transition {
  readonly keep: (draft: Draft10, message: Message10) => void
  readonly next: 'asked' | 'ready'
}

const ignored: Transition = { keep: () => undefined, next: 'asked' }

/**
 * From `asked`, what a message brings about. Only the features are needed, and they hold the
 * ports: an error means that the switch has no description, and any other message can wait.
 */
export const transitions10: { readonly [K in Message10['type']]?: Transition } = {
  descReply: {
    keep: (draft, message) => {
      draft.description = message as of10.MessageNamed10<'descReply'>
    },
    next: 'asked',
  },
  featuresReply: {
    keep: (draft, message) => {
      draft.features = message as of10.MessageNamed10<'featuresReply'>
    },
    next: 'ready',
  },
}

/** Finds out who a switch of OpenFlow 1.0 is, in the turn in which it says so. */
export class Handshake10 {
  private readonly draft: Draft10 = {}
  private readonly connection: Connection
  /** Of the requests for its features. */
  private readonly xids: number[] = []

  constructor(connection: Connection) {
    this.connection = connection
    for (const question of questions) connection.send10(question)
    this.ask()
  }

  /**
   * Asks for the features, once more where there was no answer: between two measurements cbench
   * throws away all that it was sent, also what it should answer.
   */
  ask(): void {
    this.xids.push(this.connection.send10(featuresRequest))
  }

  /**
   * Takes what the switch sends.
   *
   * @returns who it is, once it has said so
   * @throws SwitchError where it refuses to
   */
  take(message: Message10): Found10 | undefined {
    if (message.type === 'error' && this.xids.includes(message.xid)) {
      throw new SwitchError(`the handshake failed at features: featuresRequest was refused: ${errorText10(message)}`)
    }
    const { keep, next } = transitions10[message.type] ?? ignored
    keep(this.draft, message)
    const { features, description } = this.draft
    return next === 'ready' && features ? { features, description } : undefined
  }
}
