import { formatPort, Port } from '../fields/port-text.ts'
import { hex4 } from '../fields/value-text.ts'
import { integer } from '../text/scan.ts'
import { pad, struct } from '../wire/codec.ts'
import { u8, u16, u32 } from '../wire/primitives.ts'
import { actionKind, type ParseAction } from './kind.ts'

const empty = struct({ pad: pad(4) })

const output = actionKind({
  name: 'output',
  wire: { type: 0 },
  body: struct({ port: u32, maxLen: u16, pad: pad(6) }),
  format: ({ port, maxLen }) => {
    const name = formatPort(port)
    if (port === Port.CONTROLLER) return `${name}:${maxLen}`
    return port < Port.MAX ? `output:${name}` : name
  },
})

/** Open vSwitch has no keyword for this, nor for the next one and those of PBB. */
const copyTtlOut = actionKind({
  name: 'copyTtlOut',
  wire: { type: 11 },
  body: empty,
  format: () => 'copy_ttl_out',
  keywords: { copy_ttl_out: () => [{ type: 'copyTtlOut' }] },
})

const copyTtlIn = actionKind({
  name: 'copyTtlIn',
  wire: { type: 12 },
  body: empty,
  format: () => 'copy_ttl_in',
  keywords: { copy_ttl_in: () => [{ type: 'copyTtlIn' }] },
})

const setMplsTtl = actionKind({
  name: 'setMplsTtl',
  wire: { type: 15 },
  body: struct({ ttl: u8, pad: pad(3) }),
  format: ({ ttl }) => `set_mpls_ttl(${ttl})`,
  keywords: { set_mpls_ttl: ({ value }) => [{ type: 'setMplsTtl', ttl: integer(value, 255) }] },
})

const decMplsTtl = actionKind({
  name: 'decMplsTtl',
  wire: { type: 16 },
  body: empty,
  format: () => 'dec_mpls_ttl',
  keywords: { dec_mpls_ttl: () => [{ type: 'decMplsTtl' }] },
})

const pushVlan = actionKind({
  name: 'pushVlan',
  wire: { type: 17 },
  body: struct({ ethertype: u16, pad: pad(2) }),
  format: ({ ethertype }) => `push_vlan:${hex4(ethertype)}`,
  keywords: { push_vlan: ({ value }) => [{ type: 'pushVlan', ethertype: integer(value, 0xffff) }] },
})

const popVlan = actionKind({
  name: 'popVlan',
  wire: { type: 18 },
  body: empty,
  format: () => 'pop_vlan',
  keywords: { pop_vlan: () => [{ type: 'popVlan' }], strip_vlan: () => [{ type: 'popVlan' }] },
})

const pushMpls = actionKind({
  name: 'pushMpls',
  wire: { type: 19 },
  body: struct({ ethertype: u16, pad: pad(2) }),
  format: ({ ethertype }) => `push_mpls:${hex4(ethertype)}`,
  keywords: { push_mpls: ({ value }) => [{ type: 'pushMpls', ethertype: integer(value, 0xffff) }] },
})

const popMpls = actionKind({
  name: 'popMpls',
  wire: { type: 20 },
  body: struct({ ethertype: u16, pad: pad(2) }),
  format: ({ ethertype }) => `pop_mpls:${hex4(ethertype)}`,
  keywords: { pop_mpls: ({ value }) => [{ type: 'popMpls', ethertype: integer(value, 0xffff) }] },
})

const setQueue = actionKind({
  name: 'setQueue',
  wire: { type: 21 },
  body: struct({ queueId: u32 }),
  format: ({ queueId }) => `set_queue:${queueId}`,
  keywords: { set_queue: ({ value }) => [{ type: 'setQueue', queueId: integer(value) }] },
})

const group = actionKind({
  name: 'group',
  wire: { type: 22 },
  body: struct({ groupId: u32 }),
  format: ({ groupId }) => `group:${groupId}`,
  keywords: { group: ({ value }) => [{ type: 'group', groupId: integer(value) }] },
})

const parseNwTtl: ParseAction<unknown> = ({ value }) => [{ type: 'setNwTtl', ttl: integer(value, 255) }]

const setNwTtl = actionKind({
  name: 'setNwTtl',
  wire: { type: 23 },
  body: struct({ ttl: u8, pad: pad(3) }),
  format: ({ ttl }) => `mod_nw_ttl:${ttl}`,
  keywords: { mod_nw_ttl: parseNwTtl, set_nw_ttl: parseNwTtl },
})

const decNwTtl = actionKind({ name: 'decNwTtl', wire: { type: 24 }, body: empty, format: () => 'dec_ttl' })

const pushPbb = actionKind({
  name: 'pushPbb',
  wire: { type: 26 },
  body: struct({ ethertype: u16, pad: pad(2) }),
  format: ({ ethertype }) => `push_pbb:${hex4(ethertype)}`,
  keywords: { push_pbb: ({ value }) => [{ type: 'pushPbb', ethertype: integer(value, 0xffff) }] },
})

const popPbb = actionKind({
  name: 'popPbb',
  wire: { type: 27 },
  body: empty,
  format: () => 'pop_pbb',
  keywords: { pop_pbb: () => [{ type: 'popPbb' }] },
})

/** Actions that OpenFlow 1.3.5 §7.2.5 defines, but for set-field, which needs the field table. */
export const standardKinds = [
  output,
  copyTtlOut,
  copyTtlIn,
  setMplsTtl,
  decMplsTtl,
  pushVlan,
  popVlan,
  pushMpls,
  popMpls,
  setQueue,
  group,
  setNwTtl,
  decNwTtl,
  pushPbb,
  popPbb,
] as const
