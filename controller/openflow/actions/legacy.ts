import { formatIpv4, formatMac } from '../wire/address.ts'
import { pad, struct } from '../wire/codec.ts'
import { ipv4, mac, u8, u16, u32 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'

const addressBody = struct({ address: mac, pad: pad(6) })
const ipv4Body = struct({ address: ipv4 })
const portBody = struct({ port: u16, pad: pad(2) })

/**
 * Actions of OpenFlow 1.1 that 1.2 replaced by set-field (OpenFlow 1.1 §4.9). Open vSwitch still
 * takes them, never sends them.
 */
export const legacyKinds = [
  actionKind({
    name: 'setVlanVid',
    wire: { type: 1 },
    body: struct({ vid: u16, pad: pad(2) }),
    format: ({ vid }) => `set_vlan_vid:${vid}`,
  }),
  actionKind({
    name: 'setVlanPcp',
    wire: { type: 2 },
    body: struct({ pcp: u8, pad: pad(3) }),
    format: ({ pcp }) => `set_vlan_pcp:${pcp}`,
  }),
  actionKind({
    name: 'setDlSrc',
    wire: { type: 3 },
    body: addressBody,
    format: ({ address }) => `mod_dl_src:${formatMac(address)}`,
  }),
  actionKind({
    name: 'setDlDst',
    wire: { type: 4 },
    body: addressBody,
    format: ({ address }) => `mod_dl_dst:${formatMac(address)}`,
  }),
  actionKind({
    name: 'setNwSrc',
    wire: { type: 5 },
    body: ipv4Body,
    format: ({ address }) => `mod_nw_src:${formatIpv4(address)}`,
  }),
  actionKind({
    name: 'setNwDst',
    wire: { type: 6 },
    body: ipv4Body,
    format: ({ address }) => `mod_nw_dst:${formatIpv4(address)}`,
  }),
  actionKind({
    name: 'setNwTos',
    wire: { type: 7 },
    body: struct({ tos: u8, pad: pad(3) }),
    format: ({ tos }) => `mod_nw_tos:${tos}`,
  }),
  actionKind({
    name: 'setNwEcn',
    wire: { type: 8 },
    body: struct({ ecn: u8, pad: pad(3) }),
    format: ({ ecn }) => `mod_nw_ecn:${ecn}`,
  }),
  actionKind({ name: 'setTpSrc', wire: { type: 9 }, body: portBody, format: ({ port }) => `mod_tp_src:${port}` }),
  actionKind({ name: 'setTpDst', wire: { type: 10 }, body: portBody, format: ({ port }) => `mod_tp_dst:${port}` }),
  actionKind({
    name: 'setMplsLabel',
    wire: { type: 13 },
    body: struct({ label: u32 }),
    format: ({ label }) => `set_mpls_label(${label})`,
  }),
  actionKind({
    name: 'setMplsTc',
    wire: { type: 14 },
    body: struct({ tc: u8, pad: pad(3) }),
    format: ({ tc }) => `set_mpls_tc(${tc})`,
  }),
] as const
