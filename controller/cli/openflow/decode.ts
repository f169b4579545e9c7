import { text as readAll } from 'node:stream/consumers'
import { Command } from 'commander'
import {
  decodeHello,
  decodeMessage,
  Framer,
  formatHello,
  formatMessage,
  fromHex,
  of10,
  TextSyntaxError,
  toJson,
} from '../../openflow/index.ts'

const version13 = 4

/** How the messages of one version are shown. */
interface Shown {
  readonly text: (bytes: Uint8Array) => string
  readonly json: (bytes: Uint8Array) => unknown
}

const openflow13: Shown = {
  text: (bytes) => formatMessage(decodeMessage(bytes)),
  json: (bytes) => toJson(decodeMessage(bytes)),
}

const openflow10: Shown = {
  text: (bytes) => of10.formatMessage(of10.decodeMessage(bytes)),
  json: (bytes) => of10.toJson(of10.decodeMessage(bytes)),
}

/** A HELLO has its sender's highest version, which may be one that we do not speak. */
const otherHello: Shown = {
  text: (bytes) => formatHello(decodeHello(bytes)),
  json(bytes) {
    const { version, xid, elements } = decodeHello(bytes)
    return { ...toJson({ type: 'hello', xid, elements }), version }
  },
}

const isHello = (bytes: Uint8Array): boolean => bytes[1] === 0

const shownOf = (bytes: Uint8Array): Shown => {
  if (bytes[0] === of10.version10) return openflow10
  return bytes[0] !== version13 && isHello(bytes) ? otherHello : openflow13
}

const bytesOf = (hex: string): Uint8Array => {
  const digits = hex.replace(/\s+/g, '')
  if (!/^(0x)?([0-9a-f]{2})*$/i.test(digits)) throw new TextSyntaxError(digits, 'bytes in hexadecimal are expected')
  return fromHex(digits)
}

/**
 * Shows each message of `bytes` in turn.
 *
 * @throws ProtocolError at the first that is bad
 */
const showEach = (bytes: Uint8Array, show: (message: Uint8Array) => string): void => {
  let bad: unknown
  const framer = new Framer({
    frame(_view, stream, start, end) {
      try {
        console.log(show(stream.subarray(start, end)))
      } catch (error) {
        bad = error
      }
      return bad === undefined
    },
    error(error) {
      bad = error
      return false
    },
  })
  framer.push(bytes)
  bad ??= framer.end()
  if (bad !== undefined) throw bad
}

const asText = (message: Uint8Array): string => shownOf(message).text(message)
const asJson = (message: Uint8Array): string => JSON.stringify(shownOf(message).json(message))

const run = async (hex: string, { json }: { readonly json?: true }): Promise<void> =>
  showEach(bytesOf(hex === '-' ? await readAll(process.stdin) : hex), json ? asJson : asText)

/** `heddle openflow decode` */
export const decode = (): Command =>
  new Command('decode')
    .description('print each message as ovs-ofctl text, or as JSON')
    .argument('[HEX]', 'one or more messages in hexadecimal, blanks allowed; "-" reads standard input', '-')
    .option('--json', 'one JSON object a line')
    .action(run)
