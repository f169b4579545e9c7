import { parsePort } from '../fields/port-text.ts'
import { type Item, items } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { type Action, actionKinds } from './actions.ts'
import type { Packet, ParseAction } from './kind.ts'
import { outputTo } from './output-text.ts'
import { shorthands } from './shorthand.ts'

const parsers: ReadonlyMap<string, ParseAction<unknown>> = new Map<string, ParseAction<unknown>>([
  ...actionKinds.flatMap((kind) => Object.entries(kind.keywords ?? {})),
  ...(Object.entries(shorthands) as [string, ParseAction<unknown>][]),
])

/** Actions nest in clone(…) and ct(exec(…)); deeper text is refused. */
const maximumDepth = 16

/** A bare port, such as `1` or `LOCAL`. */
const parsePortItem = ({ key, value, text }: Item): readonly Action[] => {
  if (value !== '' || !/^(\d|0x|[a-z_]+$)/i.test(key)) throw new TextSyntaxError(text, 'no such action')
  try {
    return [outputTo(parsePort(key))]
  } catch (error) {
    if (error instanceof TextSyntaxError) throw new TextSyntaxError(text, 'no such action or port')
    throw error
  }
}

const parseOne = (item: Item, packet: Packet, depth: number): readonly Action[] => {
  const parse = parsers.get(item.key.toLowerCase())
  if (!parse) return parsePortItem(item)
  const actions = (text: string): readonly unknown[] => parseList(items(text), packet, depth + 1)
  return parse(item, { actions, packet }) as readonly Action[]
}

/** What packets are like after `action`, as far as the text of later actions needs it. */
const after = (packet: Packet, action: Action): Packet => {
  if (action.type === 'pushVlan') return { ...packet, vlan: true }
  return action.type === 'popVlan' ? { ...packet, vlan: false } : packet
}

const isDrop = ({ key }: Item): boolean => key.toLowerCase() === 'drop'

const parseList = (list: readonly Item[], packet: Packet, depth: number): readonly Action[] => {
  if (depth > maximumDepth) throw new TextSyntaxError(list[0]?.text ?? '', `actions nested over ${maximumDepth} deep`)
  const drop = list.find(isDrop)
  const actions: Action[] = []
  let now = packet
  for (const item of list) {
    const made = parseOne(item, now, depth)
    now = made.reduce(after, now)
    actions.push(...made)
  }
  if (drop && actions.length > 0) throw new TextSyntaxError(drop.text, 'drop must be the only action')
  return actions
}

/**
 * The actions that one item of a list in ovs-ofctl's syntax stands for. `packet` is what the match
 * says of the packets: some keywords, such as mod_tp_src, mean different fields for different
 * packets.
 *
 * @throws TextSyntaxError
 */
export const parseAction = (item: Item, packet: Packet = {}): readonly Action[] => parseOne(item, packet, 0)

/** The actions of several items, each seeing what the earlier ones did to the packet. */
export const parseItems = (list: readonly Item[], packet: Packet = {}): readonly Action[] => parseList(list, packet, 0)

/**
 * Parses actions in ovs-ofctl's syntax (ovs-actions(7)), to what ovs-ofctl sends for it in
 * OpenFlow 1.3; `drop` is the empty list.
 *
 * @throws TextSyntaxError naming the part that is wrong
 */
export const parseActions = (text: string, packet: Packet = {}): readonly Action[] => parseItems(items(text), packet)
