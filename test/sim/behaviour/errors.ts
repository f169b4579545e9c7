import { parseFlowMod, parseGroupMod, parseMeterMod } from '../../../controller/openflow/index.ts'
import type { Request } from '../support/client.ts'
import { type Behaviour, dump, program, requestOf } from './lab.ts'

/** Flows that a switch refuses, and with which error. */
const refusedFlows: readonly (readonly [error: string, flow: string])[] = [
  ['OFPBAC_BAD_OUT_PORT', 'actions=output:0xffff0000'],
  ['OFPBAC_BAD_OUT_GROUP', 'actions=group:77'],
  ['OFPBAC_MATCH_INCONSISTENT', 'actions=dec_ttl'],
  ['OFPBAC_MATCH_INCONSISTENT', 'actions=set_field:10.0.0.1->ip_dst'],
  ['OFPBAC_MATCH_INCONSISTENT', 'ip,actions=set_field:80->tcp_dst'],
  ['OFPBAC_MATCH_INCONSISTENT', 'actions=pop_vlan'],
  ['OFPBAC_MATCH_INCONSISTENT', 'actions=ct(table=1)'],
  ['OFPBAC_MATCH_INCONSISTENT', 'actions=move:NXM_OF_IP_SRC[]->NXM_NX_REG0[]'],
  ['OFPBAC_MATCH_INCONSISTENT', 'ip,actions=learn(table=1,NXM_OF_TCP_SRC[])'],
  ['OFPBAC_BAD_TAG', 'actions=push_vlan:0x8100,push_vlan:0x8100,push_vlan:0x8100'],
  ['OFPBAC_BAD_SET_ARGUMENT', 'dl_vlan=5,actions=set_field:0->vlan_vid'],
  ['OFPBAC_BAD_SET_ARGUMENT', 'actions=load:0->NXM_OF_ETH_TYPE[]'],
  ['OFPBAC_BAD_ARGUMENT', 'ip,actions=ct(exec(set_field:1->ct_mark))'],
  ['OFPBAC_BAD_TYPE', 'actions=write_actions(note:01)'],
  ['OFPBIC_BAD_TABLE_ID', 'table=3,actions=goto_table:3'],
  ['OFPBIC_BAD_TABLE_ID', 'table=3,actions=goto_table:1'],
  ['OFPMMFC_INVALID_METER', 'actions=meter:9'],
  ['NXBAC_BAD_CONJUNCTION', 'actions=conjunction(1,1/2),output:1'],
  ['NXFMFC_INVALID_TLV_FIELD', 'tun_metadata0=1,actions=drop'],
  ['OFPFMFC_BAD_TABLE_ID', 'table=255,actions=drop'],
  ['OFPBRC_EPERM', 'table=254,actions=drop'],
]

const refusals: Behaviour = {
  title: 'a flow that cannot work is refused with the error that says why, and nothing is added',
  async run(t, lab) {
    const outcomes = await lab.client.outcomes(refusedFlows.map(([, flow]) => parseFlowMod(flow)))
    for (const [index, [error, flow]] of refusedFlows.entries()) t.equal(outcomes[index], error, flow)
    t.same(await dump(lab), [])
  },
}

const overlap: Behaviour = {
  title: 'check_overlap refuses a flow that meets another of its priority',
  async run(t, lab) {
    await program(t, lab, 'priority=5,ip,nw_dst=10.0.0.0/8,actions=drop')
    const asked = (text: string): Promise<string> => lab.client.outcome(parseFlowMod(`check_overlap,${text}`))
    t.equal(await asked('priority=5,ip,nw_src=10.0.0.1,actions=drop'), 'OFPFMFC_OVERLAP')
    t.equal(await asked('priority=6,ip,nw_src=10.0.0.1,actions=drop'), 'ok')
    t.equal(await asked('priority=5,ip,nw_dst=11.0.0.0/8,actions=drop'), 'ok')
  },
}

const groups: Behaviour = {
  title: 'groups are refused when they exist, are not there, or make no sense',
  async run(t, lab) {
    const all = 'group_id=1,type=all,bucket=actions=output:1'
    const outcomes = await lab.client.outcomes([
      parseGroupMod(all),
      parseGroupMod(all),
      parseGroupMod('group_id=2,type=all,bucket=actions=output:1', 1),
      parseGroupMod('group_id=2,type=indirect,bucket=actions=output:1,bucket=actions=output:2'),
      parseGroupMod('group_id=3,type=ff,bucket=actions=output:1'),
      parseGroupMod('group_id=4,type=all,bucket=watch_port:1,actions=output:1'),
      parseGroupMod('group_id=9,type=all', 2),
    ])
    t.same(outcomes, [
      'ok',
      'OFPGMFC_GROUP_EXISTS',
      'OFPGMFC_UNKNOWN_GROUP',
      'OFPGMFC_INVALID_GROUP',
      'OFPGMFC_INVALID_GROUP',
      'OFPGMFC_WATCH_UNSUPPORTED',
      'ok',
    ])
  },
}

const meters: Behaviour = {
  title: 'meters are refused when they exist or are not there',
  async run(t, lab) {
    const meter = 'meter=1,kbps,bands=type=drop,rate=100'
    const outcomes = await lab.client.outcomes([
      parseMeterMod(meter),
      parseMeterMod(meter),
      parseMeterMod('meter=2,kbps,bands=type=drop,rate=100', 1),
      { type: 'meterConfigRequest', flags: 0, meterId: 7 },
    ])
    t.same(outcomes, ['ok', 'OFPMMFC_METER_EXISTS', 'OFPMMFC_UNKNOWN_METER', 'OFPMMFC_UNKNOWN_METER'])
  },
}

const requests: readonly (readonly [error: string, request: Request])[] = [
  ['OFPPMFC_BAD_PORT', { type: 'portMod', portNo: 77, hwAddr: 0, config: 0, mask: 0, advertise: 0 }],
  ['OFPPMFC_BAD_HW_ADDR', { type: 'portMod', portNo: 1, hwAddr: 1, config: 0, mask: 0, advertise: 0 }],
  ['OFPBRC_BUFFER_UNKNOWN', { type: 'packetOut', bufferId: 3, inPort: 1, actions: [], data: new Uint8Array() }],
]

const odd: Behaviour = {
  title: 'requests about what is not there are refused',
  async run(t, lab) {
    const outcomes = await lab.client.outcomes(requests.map(([, request]) => request))
    for (const [index, [error, request]] of requests.entries()) t.equal(outcomes[index], error, request.type)
  },
}

const prerequisites: Behaviour = {
  title: 'a match that lacks what its fields need is refused',
  async run(t, lab) {
    const port = parseFlowMod('tcp,tcp_dst=80,actions=drop')
    const bare = { ...port, match: port.match.filter(({ field }) => field.key === 'tcpDst') }
    const twice = { ...port, match: [...port.match, ...port.match] }
    t.same(await lab.client.outcomes([bare, twice]), ['OFPBMC_BAD_PREREQ', 'OFPBMC_DUP_FIELD'])
    t.equal(await lab.client.outcome(requestOf('tcp,tcp_dst=80,actions=drop')), 'ok')
  },
}

export const errorBehaviours: readonly Behaviour[] = [refusals, overlap, groups, meters, odd, prerequisites]
