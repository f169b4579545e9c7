import type { Message, MessageNamed } from '../openflow/index.ts'
import type { Connection, Unsent } from './connection.ts'
import { SwitchError } from './errors.ts'
import type { Port } from './info.ts'

/** What the handshake has found out so far. */
export interface Draft {
  features?: MessageNamed<'featuresReply'>
  description?: MessageNamed<'descReply'>
  ports?: readonly Port[]
}

/** The steps after HELLO, in their order; `ready` ends them. */
export type Step = 'features' | 'config' | 'description' | 'ports' | 'ready'

interface Transition {
  /** What to send, and the answer that it takes; nothing to wait for where there is no answer. */
  readonly ask: Unsent
  readonly answer: Message['type'] | undefined
  readonly keep: (draft: Draft, reply: Message) => void
  readonly next: Step
  /** Milliseconds. */
  readonly deadline: number
}

const stepDeadline = 5_000
/** Packets that miss come whole (OFPCML_NO_BUFFER); fragments are treated as they come. */
const wholePackets = 0xffff

/** From each step, what is sent, which answer is taken, and which step follows. */
export const transitions: Readonly<Record<Exclude<Step, 'ready'>, Transition>> = {
  features: {
    ask: { type: 'featuresRequest' },
    answer: 'featuresReply',
    keep: (draft, reply) => {
      const features = reply as MessageNamed<'featuresReply'>
      if (features.auxiliaryId !== 0) throw new SwitchError('auxiliary connections are not used')
      draft.features = features
    },
    next: 'config',
    deadline: stepDeadline,
  },
  config: {
    ask: { type: 'setConfig', flags: 0, missSendLen: wholePackets },
    answer: undefined,
    keep: () => undefined,
    next: 'description',
    deadline: stepDeadline,
  },
  description: {
    ask: { type: 'descRequest', flags: 0 },
    answer: 'descReply',
    keep: (draft, reply) => {
      draft.description = reply as MessageNamed<'descReply'>
    },
    next: 'ports',
    deadline: stepDeadline,
  },
  ports: {
    ask: { type: 'portDescRequest', flags: 0 },
    answer: 'portDescReply',
    keep: (draft, reply) => {
      draft.ports = (reply as MessageNamed<'portDescReply'>).ports
    },
    next: 'ready',
    deadline: stepDeadline,
  },
}

/**
 * Asks a switch that has said HELLO who it is and what it has.
 *
 * @throws SwitchError naming the step that failed
 */
export const shakeHands = async (connection: Connection): Promise<Required<Draft>> => {
  const draft: Draft = {}
  let step: Step = 'features'
  while (step !== 'ready') {
    const transition: Transition = transitions[step]
    try {
      if (transition.answer === undefined) connection.send(transition.ask)
      else transition.keep(draft, await connection.request(transition.ask, transition.answer, transition.deadline))
    } catch (error) {
      throw new SwitchError(`the handshake failed at ${step}: ${(error as Error).message}`, { cause: error })
    }
    step = transition.next
  }
  return draft as Required<Draft>
}
