import { parsePort } from '../fields/port-text.ts'
import { IpProtocol } from '../fields/prerequisites.ts'
import type { FieldKey } from '../fields/rows.ts'
import { bigInteger, type Item, integer } from '../text/scan.ts'
import { parseIpv4, parseMac } from '../wire/address.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import type { Action } from './actions.ts'
import type { Packet, ParseAction } from './kind.ts'
import { outputTo, parseController, parseOutput } from './output-text.ts'
import { parseLoad, parseSetField, setNumber } from './set-text.ts'

type Shorthand = ParseAction<Action>

/** OFPVID_PRESENT: set-field of a VLAN id carries it (OpenFlow 1.3.5 §7.2.3.7). */
const vlanPresent = 0x1000
const ETHERTYPE_VLAN = 0x8100

const sets =
  (key: FieldKey, parse: (text: string) => number | bigint): Shorthand =>
  ({ value }) => [setNumber(key, parse(value))]

const vlanId = (text: string): number => integer(text, 0xfff) | vlanPresent
const upTo = (maximum: number) => (text: string) => integer(text, maximum)

/** Puts a VLAN tag on where packets have none, as actions of OpenFlow 1.0 do. */
const pushing =
  (shorthand: Shorthand): Shorthand =>
  (item, context) => {
    const push: readonly Action[] = context.packet.vlan ? [] : [{ type: 'pushVlan', ethertype: ETHERTYPE_VLAN }]
    return [...push, ...shorthand(item, context)]
  }

const setVlanVid = sets('vlanVid', vlanId)
const setVlanPcp = sets('vlanPcp', upTo(7))

const portKeys = {
  src: { [IpProtocol.TCP]: 'tcpSrc', [IpProtocol.UDP]: 'udpSrc', [IpProtocol.SCTP]: 'sctpSrc' },
  dst: { [IpProtocol.TCP]: 'tcpDst', [IpProtocol.UDP]: 'udpDst', [IpProtocol.SCTP]: 'sctpDst' },
} as const satisfies Record<string, Readonly<Record<number, FieldKey>>>

const portKey = (side: keyof typeof portKeys, { ipProto }: Packet, item: Item): FieldKey => {
  const keys: Readonly<Record<number, FieldKey>> = portKeys[side]
  const key = ipProto === undefined ? undefined : keys[ipProto]
  if (!key) throw new TextSyntaxError(item.text, 'a match on tcp, udp or sctp is needed')
  return key
}

const setsPort =
  (side: keyof typeof portKeys): Shorthand =>
  (item, { packet }) => [setNumber(portKey(side, packet, item), integer(item.value, 0xffff))]

/** The upper six bits of the IP type of service; the lower two are not to be given. */
const dscp = (text: string): number => {
  const tos = integer(text, 0xff)
  if ((tos & 3) !== 0) throw new TextSyntaxError(text, 'a multiple of 4 is expected')
  return tos >>> 2
}

const parseEnqueue: Shorthand = ({ value, text }) => {
  const [port, queue, more] = value.split(/[:,q]/).map((part) => part.trim())
  if (port === undefined || queue === undefined || more !== undefined) {
    throw new TextSyntaxError(text, 'enqueue:port:queue is expected')
  }
  return [{ type: 'setQueue', queueId: integer(queue) }, outputTo(parsePort(port), 0xffff), { type: 'popQueue' }]
}

const setTunnel = sets('tunnelId', bigInteger)

/** Keywords for which OpenFlow 1.3 has other actions, one or more, and those that several actions share. */
export const shorthands: Readonly<Record<string, Shorthand>> = {
  drop: () => [],
  output: ({ value }) => parseOutput(value),
  output_reg: ({ value }) => parseOutput(value),
  controller: ({ value }) => parseController(value),
  enqueue: parseEnqueue,
  set_field: ({ value }) => parseSetField(value),
  load: ({ value }) => parseLoad(value),
  mod_vlan_vid: pushing(setVlanVid),
  mod_vlan_pcp: pushing(setVlanPcp),
  set_vlan_vid: setVlanVid,
  set_vlan_pcp: setVlanPcp,
  mod_dl_src: sets('ethSrc', parseMac),
  mod_dl_dst: sets('ethDst', parseMac),
  mod_nw_src: sets('ipv4Src', parseIpv4),
  mod_nw_dst: sets('ipv4Dst', parseIpv4),
  mod_nw_tos: sets('ipDscp', dscp),
  mod_nw_ecn: sets('ipEcn', upTo(3)),
  mod_tp_src: setsPort('src'),
  mod_tp_dst: setsPort('dst'),
  set_mpls_label: sets('mplsLabel', upTo(0xf_ffff)),
  set_mpls_tc: sets('mplsTc', upTo(7)),
  set_tunnel: setTunnel,
  set_tunnel64: setTunnel,
}
