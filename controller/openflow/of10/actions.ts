import { makeActionSet } from '../actions/action-set.ts'
import { type ActionKind, type ActionOf, actionKind } from '../actions/kind.ts'
import { integer } from '../text/scan.ts'
import { formatIpv4, formatMac, parseIpv4, parseMac } from '../wire/address.ts'
import { type Codec, pad, struct, withLengthError } from '../wire/codec.ts'
import { toHex } from '../wire/json.ts'
import { ipv4, mac, rest, u8, u16, u32 } from '../wire/primitives.ts'
import { formatPort10, Port10, parsePort10 } from './ports.ts'

const output = actionKind({
  name: 'output',
  wire: { type: 0 },
  /** `maxLen`: bytes of the packet that go to the controller, where that is the port. */
  body: struct({ port: u16, maxLen: u16 }),
  format: ({ port, maxLen }) => {
    if (port === Port10.CONTROLLER) return `CONTROLLER:${maxLen}`
    return port < Port10.MAX ? `output:${port}` : formatPort10(port)
  },
})

const setVlanVid = actionKind({
  name: 'setVlanVid',
  wire: { type: 1 },
  body: struct({ vlanVid: u16, pad: pad(2) }),
  format: ({ vlanVid }) => `mod_vlan_vid:${vlanVid}`,
  keywords: { mod_vlan_vid: ({ value }) => [{ type: 'setVlanVid', vlanVid: integer(value, 0xfff) }] },
})

const setVlanPcp = actionKind({
  name: 'setVlanPcp',
  wire: { type: 2 },
  body: struct({ vlanPcp: u8, pad: pad(3) }),
  format: ({ vlanPcp }) => `mod_vlan_pcp:${vlanPcp}`,
  keywords: { mod_vlan_pcp: ({ value }) => [{ type: 'setVlanPcp', vlanPcp: integer(value, 7) }] },
})

const stripVlan = actionKind({
  name: 'stripVlan',
  wire: { type: 3 },
  body: struct({ pad: pad(4) }),
  format: () => 'strip_vlan',
  keywords: { strip_vlan: () => [{ type: 'stripVlan' }], pop_vlan: () => [{ type: 'stripVlan' }] },
})

/** A kind that sets one address, and the keyword of ovs-ofctl that stands for it. */
const setAddress = <const Name extends string>(
  name: Name,
  type: number,
  keyword: string,
  body: Codec<{ address: number }>,
  text: { readonly format: (address: number) => string; readonly parse: (text: string) => number },
): ActionKind<Name, { address: number }> =>
  actionKind({
    name,
    wire: { type },
    body,
    format: ({ address }) => `${keyword}:${text.format(address)}`,
    keywords: { [keyword]: ({ value }) => [{ type: name, address: text.parse(value) }] },
  })

const ethernet = struct({ address: mac, pad: pad(6) })
const internet = struct({ address: ipv4 })
const macText = { format: formatMac, parse: parseMac }
const ipv4Text = { format: formatIpv4, parse: parseIpv4 }

const setNwTos = actionKind({
  name: 'setNwTos',
  wire: { type: 8 },
  body: struct({ nwTos: u8, pad: pad(3) }),
  format: ({ nwTos }) => `mod_nw_tos:${nwTos}`,
  keywords: { mod_nw_tos: ({ value }) => [{ type: 'setNwTos', nwTos: integer(value, 255) }] },
})

/** A kind that sets a TCP or UDP port. */
const setTransport = <const Name extends string>(name: Name, type: number, keyword: string) =>
  actionKind({
    name,
    wire: { type },
    body: struct({ port: u16, pad: pad(2) }),
    format: ({ port }) => `${keyword}:${port}`,
    keywords: { [keyword]: ({ value }) => [{ type: name, port: integer(value, 0xffff) }] },
  })

const enqueue = actionKind({
  name: 'enqueue',
  wire: { type: 11 },
  body: struct({ port: u16, pad: pad(6), queueId: u32 }),
  format: ({ port, queueId }) => `enqueue:${formatPort10(port)}:${queueId}`,
  keywords: {
    enqueue: ({ value }) => {
      const [port = '', queueId = ''] = value.split(/[:,]/)
      return [{ type: 'enqueue', port: parsePort10(port), queueId: integer(queueId) }]
    },
  },
})

/** A vendor's action, kept as it came; ovs-ofctl has no text for it. */
const vendor = actionKind({
  name: 'vendor',
  wire: { type: 0xffff },
  body: struct({ vendor: u32, data: rest }),
  format: (body) => `vendor(0x${body.vendor.toString(16)},${toHex(body.data)})`,
})

/** The actions of OpenFlow 1.0 §5.2.4. */
const kinds = [
  output,
  setVlanVid,
  setVlanPcp,
  stripVlan,
  setAddress('setDlSrc', 4, 'mod_dl_src', ethernet, macText),
  setAddress('setDlDst', 5, 'mod_dl_dst', ethernet, macText),
  setAddress('setNwSrc', 6, 'mod_nw_src', internet, ipv4Text),
  setAddress('setNwDst', 7, 'mod_nw_dst', internet, ipv4Text),
  setNwTos,
  setTransport('setTpSrc', 9, 'mod_tp_src'),
  setTransport('setTpDst', 10, 'mod_tp_dst'),
  enqueue,
  vendor,
] as const

/** Any OpenFlow 1.0 action; `type` tells which. */
export type Action10 = ActionOf<(typeof kinds)[number]>

const set = makeActionSet<Action10>(() => kinds as readonly unknown[] as readonly ActionKind[])

/** Every kind of action, for tables of what is supported. */
export const actionKinds10 = set.kinds

/** Actions until the part's end; wrong lengths are OFPBAC_BAD_LEN. */
export const actions10 = withLengthError(set.list, 'OFPBAC_BAD_LEN')

/** Actions in ovs-ofctl's syntax; an empty list reads `drop`. */
export const formatActions10 = set.format
