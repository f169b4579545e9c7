import { Conversation, type ConversationEvent } from '../../controller/openflow/stream/conversation.ts'
import { Version } from '../../controller/openflow/stream/lengths.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import { processorTime } from '../support/processor.ts'
import { type Members, textOf, type Vector } from './load.ts'

/** What became of hostile bytes. */
interface Outcome {
  readonly what: 'error' | 'close' | 'ignore' | 'timeout'
  readonly messages: number
  readonly errors: number
}

const hello = fromHex('04000010000000010001000800000010')
const echoXid = 0x7e57
const echoRequest = fromHex('0402000800007e57')

/** Milliseconds that a line may take, and more for each byte of it. */
const baseTime = 1000
const timePerByte = 0.005
/** Bytes by which the heap may grow, and more for each byte of a line. */
const baseMemory = 64 * 1024 * 1024
const memoryPerByte = 200

const framesIn = (bytes: Uint8Array): number => {
  let count = 0
  for (let at = 0; at + 4 <= bytes.length; count++) {
    const length = (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number)
    if (length < 8) return count + 1
    at += length
  }
  return count
}

/** Lines about the beginning of a connection are its first bytes; others come after a HELLO. */
const isFirst = (vector: Vector, bytes: Uint8Array): boolean =>
  /\/(hello|version)\//.test(vector.name) || (bytes[1] === 0 && (bytes[2] as number) * 256 + (bytes[3] as number) >= 8)

const whole = (): number => Number.MAX_SAFE_INTEGER

const sizesOf = (line: Members): (() => number) => {
  const { chunks, chunkSize } = line
  if (Array.isArray(chunks)) {
    let index = 0
    return () => Number(chunks[index++] ?? 1)
  }
  return chunkSize === undefined ? whole : () => Number(chunkSize)
}

/** Delivers the bytes in pieces; a `repeat` sends them again and again. */
const deliver = (conversation: Conversation, bytes: Uint8Array, size: () => number): ConversationEvent[] => {
  const events: ConversationEvent[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + Math.max(1, size()))
    events.push(...conversation.push(bytes.subarray(at, end)))
    at = end
  }
  return events
}

interface Sent {
  readonly conversation: Conversation
  readonly outcome: Outcome
}

const send = (vector: Vector, bytes: Uint8Array, size: () => number): Sent => {
  const conversation = new Conversation({ versions: [Version.OPENFLOW_1_3] })
  if (!isFirst(vector, bytes)) conversation.push(hello)
  let messages = 0
  let errors = 0
  let closed = false
  const count = (events: readonly ConversationEvent[]): void => {
    for (const { type } of events) {
      if (type === 'message') messages++
      else if (type === 'error') errors++
      else if (type === 'close') closed = true
    }
  }
  const repeat = Number(vector.line.repeat ?? 1)
  for (let sent = 0; sent < repeat && !closed; sent++) count(deliver(conversation, bytes, size))
  if (vector.line.eof === true) count(conversation.end())
  const what = closed ? 'close' : errors > 0 ? 'error' : conversation.midMessage ? 'timeout' : 'ignore'
  return { conversation, outcome: { what, messages, errors } }
}

const accepted = (line: Members): readonly string[] => {
  const others = Array.isArray(line.alsoAcceptable) ? line.alsoAcceptable.map(String) : []
  return [textOf(line, 'expectation') ?? '', ...others]
}

const outcomeProblems = (line: Members, bytes: Uint8Array, outcome: Outcome): readonly string[] => {
  const { what, messages, errors } = outcome
  const wanted = accepted(line)
  if (!wanted.includes(what)) return [`${what}, not ${wanted.join(' or ')}`]
  const sent = framesIn(bytes) * Number(line.repeat ?? 1)
  if (what === 'error' && messages + errors > sent) return ['something of a refused message was delivered']
  return []
}

const isEchoDelivered = (events: readonly ConversationEvent[]): boolean =>
  events.some(
    (event) => event.type === 'message' && event.message.type === 'echoRequest' && event.message.xid === echoXid,
  )

const survives = ({ what }: Outcome): boolean => what === 'error' || what === 'ignore'

/** After what does not end the connection, the next message must still be delivered. */
const goesOn = ({ conversation, outcome }: Sent): readonly string[] => {
  if (!survives(outcome)) return []
  return isEchoDelivered(conversation.push(echoRequest)) ? [] : ['the ECHO_REQUEST after it is not delivered']
}

const check = (vector: Vector, bytes: Uint8Array, how: string, size: () => number): readonly string[] => {
  const total = bytes.length * Number(vector.line.repeat ?? 1)
  const before = process.memoryUsage().heapUsed
  const started = processorTime()
  const sent = send(vector, bytes, size)
  const problems = [...outcomeProblems(vector.line, bytes, sent.outcome), ...goesOn(sent)]
  const took = processorTime() - started
  const grown = process.memoryUsage().heapUsed - before
  if (took > baseTime + total * timePerByte) problems.push(`took ${took.toFixed(0)} ms for ${total} bytes`)
  if (grown > baseMemory + total * memoryPerByte) problems.push(`the heap grew by ${grown} bytes`)
  return problems.map((problem) => `${how}: ${problem}`)
}

/** HELLO, the hostile bytes and an ECHO_REQUEST in one piece. */
const sessionProblems = (vector: Vector, bytes: Uint8Array): readonly string[] => {
  const first = isFirst(vector, bytes)
  const session = Uint8Array.from([...(first ? [] : hello), ...bytes, ...echoRequest])
  const conversation = new Conversation({ versions: [Version.OPENFLOW_1_3] })
  return isEchoDelivered(conversation.push(session))
    ? []
    : ['as one session: the ECHO_REQUEST after it is not delivered']
}

/**
 * Hostile bytes meet their expectation and the connection goes on where it should: delivered whole,
 * in the line's own pieces, and one byte at a time.
 */
export const checkHostile = (vector: Vector): readonly string[] => {
  const bytes = fromHex(textOf(vector.line, 'hex') ?? '')
  return [
    ...check(vector, bytes, 'whole', whole),
    ...check(vector, bytes, 'in its pieces', sizesOf(vector.line)),
    ...check(vector, bytes, 'byte by byte', () => 1),
    ...(survives(send(vector, bytes, whole).outcome) ? sessionProblems(vector, bytes) : []),
  ]
}
