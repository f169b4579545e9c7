import type { Duplex } from 'node:stream'
import {
  Conversation,
  encodeHello,
  encodeMessage,
  errorName,
  type Message,
  type MessageNamed,
  versionElement,
} from '../../../controller/openflow/index.ts'

type Draft<T> = T extends unknown ? Omit<T, 'xid'> & { readonly xid?: number } : never
/** A message; its transaction id is the client's business. */
export type Request = Draft<Message>

const errorText = (message: MessageNamed<'error'>): string => errorName(message) ?? 'an error without a name'

/** A controller for tests: sends requests, keeps what comes back. */
export class Client {
  /** What came and was not asked for, in order. */
  readonly events: Message[] = []
  private readonly stream: Duplex
  private readonly conversation = new Conversation({ versions: [4] })
  private readonly answers = new Map<number, Message[]>()
  private readonly waiting = new Map<number, (barrier: Message) => void>()
  private nextXid = 1
  private readonly greeted: Promise<void>
  closed = false

  constructor(stream: Duplex) {
    this.stream = stream
    stream.write(encodeHello({ version: 4, xid: 0, elements: [versionElement([4])] }))
    this.greeted = new Promise((resolve) => {
      stream.on('data', (chunk: Uint8Array) => {
        for (const event of this.conversation.push(chunk)) {
          if (event.type === 'version') resolve()
          if (event.type === 'message' && event.version === 4) this.take(event.message)
        }
      })
    })
    stream.on('close', () => {
      this.closed = true
    })
    stream.on('error', () => {})
  }

  private take(message: Message): void {
    const done = message.type === 'barrierReply' ? this.waiting.get(message.xid) : undefined
    if (done) done(message)
    else if (this.answers.has(message.xid)) this.answers.get(message.xid)?.push(message)
    else if (message.type === 'echoRequest') this.write({ ...message, type: 'echoReply' })
    else this.events.push(message)
  }

  private write(message: Message): void {
    this.stream.write(encodeMessage(message))
  }

  private xid(): number {
    return this.nextXid++
  }

  /** Sends a request and waits until the switch has done it; gives its answers. */
  async ask(request: Request): Promise<readonly Message[]> {
    const [answers] = await this.askAll([request])
    return answers ?? []
  }

  /** The same for many requests at once. */
  async askAll(requests: readonly Request[]): Promise<readonly (readonly Message[])[]> {
    await this.greeted
    const lists = requests.map((request) => {
      const xid = this.xid()
      const answers: Message[] = []
      this.answers.set(xid, answers)
      this.write({ ...request, xid } as Message)
      return { xid, answers }
    })
    await this.barrier()
    for (const { xid } of lists) this.answers.delete(xid)
    return lists.map(({ answers }) => answers)
  }

  /** Puts messages into a bundle; the outcome of each. */
  async addAll(bundleId: number, flags: number, requests: readonly Request[]): Promise<readonly string[]> {
    const adds = requests.map((request): Request => {
      // The message inside has the number of the one around it.
      const xid = this.nextXid + requests.indexOf(request)
      return { type: 'bundleAdd', bundleId, flags, message: { ...request, xid } as Message }
    })
    return this.outcomes(adds)
  }

  /** Waits until the switch has done all that was sent. */
  async barrier(): Promise<void> {
    await this.greeted
    const xid = this.xid()
    const answered = new Promise<Message>((resolve) => this.waiting.set(xid, resolve))
    this.write({ type: 'barrierRequest', xid })
    await answered
    this.waiting.delete(xid)
  }

  /** The one answer of a type. */
  async get<T extends Message['type']>(request: Request, type: T): Promise<MessageNamed<T>> {
    const answers = await this.ask(request)
    const found = answers.find((message): message is MessageNamed<T> => message.type === type)
    if (!found) throw new Error(`no ${type} but ${answers.map((one) => this.name(one)).join(', ') || 'nothing'}`)
    return found
  }

  private name(message: Message): string {
    return message.type === 'error' ? errorText(message) : message.type
  }

  /** The names of the errors that requests were answered with, `ok` where there was none. */
  async outcomes(requests: readonly Request[]): Promise<readonly string[]> {
    const all = await this.askAll(requests)
    return all.map((answers) => {
      const error = answers.find((message) => message.type === 'error')
      return error?.type === 'error' ? errorText(error) : 'ok'
    })
  }

  async outcome(request: Request): Promise<string> {
    const [outcome = ''] = await this.outcomes([request])
    return outcome
  }

  /** Takes the events of a type out of what came. */
  taken<T extends Message['type']>(type: T): readonly MessageNamed<T>[] {
    const found = this.events.filter((message): message is MessageNamed<T> => message.type === type)
    const rest = this.events.filter((message) => message.type !== type)
    this.events.splice(0, this.events.length, ...rest)
    return found
  }

  close(): void {
    this.stream.destroy()
  }
}
