import { hex4 } from '../fields/value-text.ts'
import { pad, struct } from '../wire/codec.ts'
import { u8, u16, u32 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { NICIRA } from './wire.ts'

const empty = struct({ pad: pad(6) })
const ethertypeBody = struct({ ethertype: u16, pad: pad(4) })
const ttlBody = struct({ ttl: u8, pad: pad(5) })

/**
 * What Nicira gave OpenFlow 1.0 before there were standard actions for it. Open vSwitch takes these
 * in OpenFlow 1.0 only; others send them still. They print as the standard actions.
 */
export const oldNiciraKinds = [
  actionKind({
    name: 'nxSetQueue',
    wire: { experimenter: NICIRA, subtype: 4 },
    body: struct({ pad: pad(2), queueId: u32 }),
    format: ({ queueId }) => `set_queue:${queueId}`,
  }),
  actionKind({
    name: 'nxDecTtl',
    wire: { experimenter: NICIRA, subtype: 18 },
    body: empty,
    format: () => 'dec_ttl',
  }),
  actionKind({
    name: 'nxPushMpls',
    wire: { experimenter: NICIRA, subtype: 23 },
    body: ethertypeBody,
    format: ({ ethertype }) => `push_mpls:${hex4(ethertype)}`,
  }),
  actionKind({
    name: 'nxPopMpls',
    wire: { experimenter: NICIRA, subtype: 24 },
    body: ethertypeBody,
    format: ({ ethertype }) => `pop_mpls:${hex4(ethertype)}`,
  }),
  actionKind({
    name: 'nxSetMplsTtl',
    wire: { experimenter: NICIRA, subtype: 25 },
    body: ttlBody,
    format: ({ ttl }) => `set_mpls_ttl(${ttl})`,
  }),
  actionKind({
    name: 'nxDecMplsTtl',
    wire: { experimenter: NICIRA, subtype: 26 },
    body: empty,
    format: () => 'dec_mpls_ttl',
  }),
  actionKind({
    name: 'nxSetMplsLabel',
    wire: { experimenter: NICIRA, subtype: 30 },
    body: struct({ pad: pad(2), label: u32 }),
    format: ({ label }) => `set_mpls_label(${label})`,
  }),
  actionKind({
    name: 'nxSetMplsTc',
    wire: { experimenter: NICIRA, subtype: 31 },
    body: struct({ tc: u8, pad: pad(5) }),
    format: ({ tc }) => `set_mpls_tc(${tc})`,
  }),
  actionKind({
    name: 'nxGroup',
    wire: { experimenter: NICIRA, subtype: 40 },
    body: struct({ pad: pad(2), groupId: u32 }),
    format: ({ groupId }) => `group:${groupId}`,
  }),
] as const
