import { dottedBytes, type Item, integer, items } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { type Action10, actionKinds10 } from './actions.ts'
import { Port10, parsePort10 } from './ports.ts'

/** How much of a packet goes to the controller where the text does not say: all of it. */
const wholePacket = 0xffff

const parsers = new Map(actionKinds10.flatMap((kind) => Object.entries(kind.keywords ?? {})))

const outputTo = (port: number, maxLen: number): Action10 => ({ type: 'output', port, maxLen })

const toPort = (text: string): Action10 => {
  const port = parsePort10(text)
  return outputTo(port, port === Port10.CONTROLLER ? wholePacket : 0)
}

/** `controller`, `controller:128` or `controller(max_len=128)` */
const toController = ({ value }: Item): Action10 =>
  outputTo(Port10.CONTROLLER, value === '' ? wholePacket : integer(value.replace(/^max_len=/, ''), 0xffff))

const vendorOf = ({ value }: Item): Action10 => {
  const [vendor = '', data = ''] = value.split(',')
  return { type: 'vendor', vendor: integer(vendor), data: dottedBytes(data) }
}

const parseOne = (item: Item): readonly Action10[] => {
  const key = item.key.toLowerCase()
  if (key === 'output') return [toPort(item.value)]
  if (key === 'controller') return [toController(item)]
  if (key === 'vendor') return [vendorOf(item)]
  const parse = parsers.get(key)
  if (parse) return parse(item, { actions: parseActions10, packet: {} }) as readonly Action10[]
  if (item.value !== '') throw new TextSyntaxError(item.text, `OpenFlow 1.0 has no action ${item.key}`)
  return [toPort(item.text)]
}

/**
 * Parses actions in ovs-ofctl's syntax (ovs-actions(7)): `mod_dl_dst:00:00:00:00:00:01,output:2`,
 * or `drop` for none.
 *
 * @throws TextSyntaxError naming the action that is wrong, or that OpenFlow 1.0 does not have
 */
export const parseActions10 = (text: string): readonly Action10[] => {
  const list = items(text)
  return list.length === 1 && list[0]?.text === 'drop' ? [] : list.flatMap(parseOne)
}
