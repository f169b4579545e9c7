import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, type Json, toHex } from '../../controller/openflow/wire/json.ts'
import { codec13, codecOf, type VersionCodec } from './codecs.ts'
import { isMembers, type Members, textOf, type Value } from './load.ts'
import { Comparison } from './osken.ts'
import { inputAgrees, parseInput, paste } from './syntax.ts'
import { reasons, type Tally } from './tally.ts'
import { compareText } from './text.ts'
import { isModification, type Modification } from './unsaid.ts'

/** The bytes of a line must be refused, as those of a message that is cut short. */
const checkRefused = (bytes: Uint8Array): readonly string[] => {
  try {
    codecOf(bytes).decode(bytes)
    return ['decodes, but the message is not whole']
  } catch (error) {
    if (error instanceof ProtocolError) return []
    throw error
  }
}

const checkEncoding = (again: string, hex: string): readonly string[] =>
  again === hex ? [] : [`re-encodes to ${again}`]

/** The JSON form says all that the message says; a HELLO of another version says it as one of 1.3. */
const checkJson = (codec: VersionCodec, message: object, hex: string): readonly string[] => {
  const json = JSON.parse(JSON.stringify(codec.toJson(message))) as Json
  const again = toHex(codec.encode({ ...message, ...codec.fromJson(json) }))
  return again === hex ? [] : [`re-encodes to ${again} by way of JSON`]
}

/** What Open vSwitch refuses may be refused; what is not must come out as it went in. */
const checkUnsupported = (bytes: Uint8Array, hex: string, tally: Tally): readonly string[] => {
  const codec = codecOf(bytes)
  try {
    const again = toHex(codec.encode(codec.decode(bytes)))
    tally.note('refused by Open vSwitch: taken by us, re-encoded to the same bytes')
    return checkEncoding(again, hex)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    tally.note('refused by Open vSwitch: refused by us too')
    return []
  }
}

const compareDecoded = (decoded: Value, ours: object, tally: Tally): readonly string[] => {
  const comparison = new Comparison()
  comparison.value(decoded, ours, '')
  if (comparison.same > 0) tally.note('decoded form of another library: compared')
  for (const name of comparison.unpaired) tally.unpaired(name)
  return comparison.differences.slice(0, 3).map((difference) => `decoded form${difference}`)
}

/** Other libraries misread what they do not take: their form counts where they took the message. */
const trusts = (line: Members, library: string): boolean =>
  !Array.isArray(line.acceptedBy) || line.acceptedBy.includes(library)

const checkDecodedForm = (line: Members, ours: object, tally: Tally): readonly string[] => {
  const forms = [
    { form: line.decoded, library: 'os-ken' },
    { form: line.decodedLoxi, library: 'loxigen' },
  ]
  return forms.flatMap(({ form, library }) => {
    if (form === undefined || !isMembers(form)) return []
    if (trusts(line, library)) return compareDecoded(form, ours, tally)
    tally.note(`decoded form of another library: not compared, ${library} does not take the message`)
    return []
  })
}

const checkText = (line: Members, ours: string, tally: Tally): readonly string[] => {
  const text = textOf(line, 'text')
  if (text === undefined) return []
  const { justified, problem } = compareText(text, ours)
  if (problem !== undefined) return [problem]
  tally.note(justified.length === 0 ? 'text: the same' : 'text: the same but for justified differences')
  for (const name of justified) tally.note(`text difference: ${name}`)
  return []
}

/** Our text parsed again must give the same bytes; ovs-ofctl's own input must have a text. */
const checkPasting = (message: Modification, fromInput: boolean, tally: Tally): readonly string[] => {
  const { problems, left, impossible } = paste(message)
  for (const what of left) tally.note(`pasted without ${what}`)
  if (impossible === undefined) {
    if (problems.length === 0) tally.note('pasted: our text parsed again gives the same bytes')
    return problems
  }
  if (fromInput) return [`our text cannot be parsed: ${impossible}`]
  tally.note(`not pasted, has no text in ovs-ofctl's syntax: ${impossible}`)
  return []
}

const checkInput = (parsed: Modification, message: Modification, tally: Tally): readonly string[] => {
  const agreement = inputAgrees(parsed, message)
  if (agreement === undefined) return [`the input parses to other bytes: ${toHex(codec13.encode(parsed))}`]
  tally.note(`input in ovs-ofctl syntax parses to ${agreement}`)
  return []
}

const checkSyntax = (line: Members, message: object, tally: Tally): readonly string[] => {
  if (!isModification(message)) return []
  const input = textOf(line, 'input')
  const parsed = input === undefined ? undefined : parseInput(input, message.xid)
  return [
    ...reasons(() => checkPasting(message, parsed !== undefined, tally)),
    ...reasons(() => (parsed ? checkInput(parsed, message, tally) : [])),
  ]
}

/** Everything that a line with one message promises. */
export const checkMessage = (line: Members, tally: Tally): readonly string[] => {
  const hex = textOf(line, 'hex') ?? ''
  const bytes = fromHex(hex)
  if (line.truncated) return checkRefused(bytes)
  if (line.decodeError !== undefined) return checkUnsupported(bytes, hex, tally)
  const codec = codecOf(bytes)
  const message = codec.decode(bytes)
  return [
    ...reasons(() => checkEncoding(toHex(codec.encode(message)), hex)),
    ...reasons(() => checkJson(codec, message, hex)),
    ...reasons(() => checkDecodedForm(line, message, tally)),
    ...reasons(() => checkText(line, codec.format(message), tally)),
    ...reasons(() => (codec === codec13 ? checkSyntax(line, message, tally) : [])),
  ]
}
