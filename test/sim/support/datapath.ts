import { parseIpv4, parseIpv6, parseMac } from '../../../controller/openflow/index.ts'
import { type Item, items } from '../../../controller/openflow/text/scan.ts'
import type { FrameFields } from './fields.ts'

/** A copy of a packet that leaves: by a port, or to the controllers. */
export interface Leaving {
  readonly to: number | 'controller'
  readonly fields: FrameFields
}

const numberOf = (text: string): bigint => {
  if (/^([0-9a-f]{2}:){5}/i.test(text)) return BigInt(parseMac(text))
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return BigInt(parseIpv4(text))
  return text.includes(':') ? parseIpv6(text) : BigInt(text)
}

/** Writes `name=value/mask` of a set action. */
const setMember = (fields: FrameFields, header: string, { key, value }: Item): void => {
  const [text = '', maskText] = value.split('/')
  const name = `${header}.${key}`
  // An option that a packet does not have is not added to it.
  if (header === 'nd' && key !== 'target' && fields[name] === undefined) return
  const old = fields[name] ?? 0n
  const mask = maskText === undefined ? undefined : numberOf(maskText)
  fields[name] = mask === undefined ? numberOf(text) : (old & ~mask) | (numberOf(text) & mask)
}

/** Headers that are no part of a frame. */
const metadata = new Set(['skb_priority', 'skb_mark', 'tunnel', 'ct_state', 'ct_zone'])

const vlanDepth = 3

const shiftTags = (fields: FrameFields, by: 1 | -1): void => {
  const levels = Array.from({ length: vlanDepth }, (_, level) => ({
    vid: fields[`vlan${level}.vid`],
    pcp: fields[`vlan${level}.pcp`],
  }))
  for (let level = 0; level < vlanDepth; level++) {
    const from = levels[level - by]
    for (const part of ['vid', 'pcp'] as const) {
      const value = from?.[part]
      if (value === undefined) delete fields[`vlan${level}.${part}`]
      else fields[`vlan${level}.${part}`] = value
    }
  }
}

const pushTag = (fields: FrameFields, value: string): void => {
  shiftTags(fields, 1)
  fields['vlan0.vid'] = 0n
  fields['vlan0.pcp'] = 0n
  for (const item of items(value)) if (item.key !== 'tpid') setMember(fields, 'vlan0', item)
}

/** Does one action of Open vSwitch's data path. */
const step = (item: Item, fields: FrameFields, ports: ReadonlyMap<number, number>, leaving: Leaving[]): void => {
  const { key, value, text } = item
  if (/^\d+$/.test(text)) leaving.push({ to: ports.get(Number(text)) ?? -1, fields: { ...fields } })
  else if (key === 'userspace') leaving.push({ to: 'controller', fields: { ...fields } })
  else if (key === 'push_vlan') pushTag(fields, value)
  else if (key === 'pop_vlan') shiftTags(fields, -1)
  else if (key === 'clone') leaving.push(...interpret(value, { ...fields }, ports))
  else if (key === 'set') {
    const [header] = items(value)
    if (header && !metadata.has(header.key)) {
      for (const member of items(header.value)) setMember(fields, header.key, member)
    }
  } else if (key !== 'drop') throw new Error(`what the data path does is not understood: ${text}`)
}

/** What leaves when Open vSwitch's data path does `actions` to a packet with `fields`. */
export const interpret = (actions: string, fields: FrameFields, ports: ReadonlyMap<number, number>): Leaving[] => {
  const leaving: Leaving[] = []
  const now = { ...fields }
  for (const item of items(actions)) step(item, now, ports, leaving)
  return leaving
}

/** The actions at the end of the text of ofproto/trace. */
export const datapathActions = (trace: string): string => {
  const found = [...trace.matchAll(/^Datapath actions: (.*)$/gm)]
  if (found.length !== 1) throw new Error(`${found.length} lines of data path actions in\n${trace}`)
  return found[0]?.[1] ?? ''
}
