import { NO_GENERATION, parseActions, parseFlowMod, Role } from '../../../controller/openflow/index.ts'
import { FlowMonitorFlags } from '../../../controller/openflow/multipart/flow-monitor.ts'
import { udpFrame } from '../../../controller/packet/index.ts'
import type { Client, Request } from '../support/client.ts'
import { type Behaviour, dump, eventually, Port, program, punted, requestOf, send } from './lab.ts'

const frame = udpFrame(
  { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' },
  { src: '10.0.0.1', dst: '10.0.0.2', ttl: 1 },
  { src: 5, dst: 6, payload: new Uint8Array(100) },
)

const introduction: Behaviour = {
  title: 'the switch says what it is: its tables, ports and description',
  async run(t, { client }) {
    const features = await client.get({ type: 'featuresRequest' }, 'featuresReply')
    t.match(features, { nTables: 254, nBuffers: 0, auxiliaryId: 0 })
    const { ports } = await client.get({ type: 'portDescRequest', flags: 0 }, 'portDescReply')
    t.same(
      ports
        .map(({ portNo }) => portNo)
        .filter((port) => port < 5)
        .toSorted(),
      [1, 2, 3, 4],
    )
    t.ok((await client.get({ type: 'descRequest', flags: 0 }, 'descReply')).manufacturer)
    const echo = await client.get({ type: 'echoRequest', data: new Uint8Array([1, 2]) }, 'echoReply')
    t.same([...echo.data], [1, 2])
    t.match(await client.get({ type: 'getConfigRequest' }, 'getConfigReply'), { flags: 0 })
  },
}

const roles: Behaviour = {
  title: 'a new primary makes the old one secondary, which may change nothing; an old generation is refused',
  async run(t, lab) {
    const { client } = lab
    const other = lab.another()
    const ask = (who: Client, role: number, generationId: bigint) =>
      who.get({ type: 'roleRequest', role, generationId }, 'roleReply')
    t.match(await ask(client, Role.NOCHANGE, 0n), { role: Role.EQUAL, generationId: NO_GENERATION })
    t.match(await ask(client, Role.PRIMARY, 5n), { role: Role.PRIMARY, generationId: 5n })
    t.match(await ask(other, Role.PRIMARY, 6n), { role: Role.PRIMARY })
    t.match(await ask(client, Role.NOCHANGE, 0n), { role: Role.SECONDARY, generationId: 6n })
    t.equal(await client.outcome(parseFlowMod('actions=drop')), 'OFPBRC_IS_SLAVE')
    const stale: Request = { type: 'roleRequest', role: Role.PRIMARY, generationId: 4n }
    t.equal(await client.outcome(stale), 'OFPRRFC_STALE')
    t.match(await ask(client, Role.EQUAL, 0n), { role: Role.EQUAL })
    t.equal(await client.outcome(parseFlowMod('actions=drop')), 'ok')
    other.close()
  },
}

const invalidTtl: Behaviour = {
  title: 'a packet whose TTL runs out comes to the controller once that is asked for',
  async run(t, lab) {
    await program(t, lab, 'ip,actions=dec_ttl,controller')
    t.same(await punted(lab, frame, 0), [])
    const { portStatusMask, flowRemovedMask, packetInMask } = await lab.client.get(
      { type: 'getAsyncRequest' },
      'getAsyncReply',
    )
    await lab.client.ask({ type: 'setAsync', packetInMask: [7, 0], portStatusMask, flowRemovedMask })
    t.match(await punted(lab, frame), [{ reason: 2 }])
    await lab.client.ask({ type: 'setAsync', packetInMask, portStatusMask, flowRemovedMask })
  },
}

const wholePacket: Behaviour = {
  title: 'a packet-in says where the packet came in and what its registers hold; it is whole, for nothing is kept',
  async run(t, lab) {
    await program(t, lab, 'in_port=3,actions=load:5->NXM_NX_REG1[],load:7->OXM_OF_METADATA[],controller(max_len=20)')
    const [packet] = await punted(lab, frame, 1, 3)
    t.match(packet, { totalLen: frame.length, bufferId: 0xffffffff, data: { length: frame.length } })
    t.same(
      packet?.match.map(({ field, value }) => [field.key, value]),
      [
        ['inPort', 3],
        ['reg1', 5],
        ['metadata', 7n],
      ],
    )
  },
}

const packetOuts: Behaviour = {
  title: 'a controller can send a packet by actions of its own; a wrong in_port is refused',
  async run(t, { client }) {
    const out = (text: string, inPort: number): Request => ({
      type: 'packetOut',
      bufferId: 0xffffffff,
      inPort,
      actions: parseActions(text),
      data: frame,
    })
    client.taken('packetIn')
    await client.ask(out('set_field:5->reg0,controller', Port.CONTROLLER))
    const found = await eventually(() => client.taken('packetIn')[0])
    t.same(
      found?.match.map(({ field, value }) => [field.key, value]),
      [
        ['inPort', Port.CONTROLLER],
        ['reg0', 5],
      ],
    )
    t.equal(await client.outcome(out('controller', Port.FLOOD)), 'OFPBRC_BAD_PORT')
    t.equal(await client.outcome(out('output:0xffff0000', 1)), 'OFPBAC_BAD_OUT_PORT')
  },
}

const bundles: Behaviour = {
  title: 'a bundle is done as a whole, in its order, or not at all',
  async run(t, lab) {
    const { client } = lab
    const control = (bundleId: number, kind: number): Request => ({
      type: 'bundleControl',
      bundleId,
      control: kind,
      flags: 3,
    })
    const bundle = async (id: number, texts: readonly string[]): Promise<readonly string[]> => {
      const open = await client.outcome(control(id, 0))
      const adds = await client.addAll(id, 3, texts.map(requestOf))
      return [open, ...adds, await client.outcome(control(id, 2)), await client.outcome(control(id, 4))]
    }
    const good = ['group_id=1,type=all,bucket=actions=output:1', 'priority=5,ip,actions=group:1']
    t.same(await bundle(1, good), ['ok', 'ok', 'ok', 'ok', 'ok'])
    t.match(await dump(lab), [/priority=5,ip actions=group:1/])
    const bad = [
      'priority=6,ip,actions=output:1',
      'group_id=1,type=all,bucket=actions=output:1',
      'priority=7,actions=drop',
    ]
    const outcomes = await bundle(2, bad)
    t.same(outcomes, ['ok', 'ok', 'ok', 'ok', 'ok', 'OFPBFC_MSG_FAILED'])
    t.match(await dump(lab), [/priority=5,ip actions=group:1/], 'nothing of the bundle that failed is there')
    t.equal(client.taken('error').length, 1, 'the message that failed has an error of its own')
    t.equal(await client.outcome(control(9, 4)), 'OFPBFC_BAD_ID')
    t.equal(await client.outcome(control(9, 6)), 'OFPBFC_BAD_ID')
    t.same(await client.outcomes([control(3, 0), control(3, 6), control(3, 4)]), ['ok', 'ok', 'OFPBFC_BAD_ID'])
  },
}

const monitors: Behaviour = {
  title: "a flow monitor tells of others' changes in full, and of one's own by their number",
  async run(t, lab) {
    const { client } = lab
    const other = lab.another()
    const { INITIAL, ADD, DELETE, MODIFY, ACTIONS } = FlowMonitorFlags
    await program(t, lab, 'cookie=1,table=1,udp,actions=output:1')
    const watch = { id: 4, flags: INITIAL | ADD | DELETE | MODIFY | ACTIONS, outPort: Port.ANY, tableId: 1, match: [] }
    const first = await client.get({ type: 'flowMonitorRequest', flags: 0, monitors: [watch] }, 'flowMonitorReply')
    t.match(first.updates, [{ type: 'added', cookie: 1n, tableId: 1 }])
    const seen = (): unknown[] =>
      client.events.flatMap((event) => (event.type === 'flowMonitorReply' ? event.updates : []))
    await other.askAll([
      parseFlowMod('cookie=2,table=1,tcp,actions=output:2'),
      parseFlowMod('table=2,tcp,actions=output:2'),
      parseFlowMod('table=1,tcp,actions=output:3', 1),
      parseFlowMod('table=1,tcp', 3),
    ])
    await eventually(() => (seen().length >= 3 ? true : undefined))
    t.match(seen(), [
      { type: 'added', cookie: 2n, instructions: [{ actions: [{ port: 2 }] }] },
      { type: 'modified', cookie: 2n, instructions: [{ actions: [{ port: 3 }] }] },
      { type: 'deleted', cookie: 2n, reason: 2 },
    ])
    client.events.length = 0
    await client.ask(parseFlowMod('table=1,arp,actions=drop'))
    await eventually(() => (seen().length >= 1 ? true : undefined))
    t.match(seen(), [{ type: 'abbreviated' }])
    t.equal(await client.outcome({ type: 'flowMonitorCancel', id: 4 }), 'ok')
    t.equal(await client.outcome({ type: 'flowMonitorCancel', id: 4 }), 'OFPMOFC_UNKNOWN_MONITOR')
    other.close()
  },
}

const pausing: Behaviour = {
  title: 'a packet that is paused for the controller goes on where it was when it is resumed',
  async run(t, lab) {
    const { client } = lab
    await program(
      t,
      lab,
      'udp,actions=load:5->NXM_NX_REG0[],resubmit(,1),controller(userdata=09)',
      'table=1,actions=controller(userdata=01.02,pause),load:6->NXM_NX_REG1[],controller(userdata=08)',
    )
    await client.ask({ type: 'setPacketInFormat', format: 2 })
    const userdata = (): (string | undefined)[] =>
      client.events.flatMap((event) => {
        if (event.type !== 'packetIn2') return []
        return [event.properties.flatMap((one) => (one.type === 'userdata' ? [[...one.userdata].join('.')] : []))[0]]
      })
    await send(client, frame)
    const paused = await eventually(() => client.events.find(({ type }) => type === 'packetIn2'))
    t.same(userdata(), ['1.2'])
    if (paused?.type === 'packetIn2') {
      const properties = paused.properties.filter(({ type }) => type !== 'userdata')
      t.equal(await client.outcome({ type: 'resume', properties }), 'ok')
    }
    await eventually(() => (userdata().length >= 3 ? true : undefined))
    t.same(userdata().toSorted(), ['1.2', '8', '9'])
    await client.ask({ type: 'setPacketInFormat', format: 0 })
  },
}

/** Open vSwitch lets go of deleted flows a little later, on a busy machine seconds later, and until then refuses to forget their options. */
const clearedOptions = async (client: Client): Promise<string> => {
  const clear = () => client.outcome({ type: 'tlvTableMod', command: 2, mappings: [] })
  let outcome = await clear()
  for (let tries = 0; outcome === 'NXTTMFC_INVALID_TLV_DEL' && tries < 1000; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    outcome = await clear()
  }
  return outcome
}

const options: Behaviour = {
  title: 'a Geneve option can be matched once the TLV table names it',
  async run(t, lab) {
    const { client } = lab
    const mapping = { optionClass: 0x102, optionType: 5, optionLength: 4, index: 0 }
    const flow = requestOf('tun_metadata0=0x5,actions=drop')
    t.equal(await client.outcome(flow), 'NXFMFC_INVALID_TLV_FIELD')
    t.equal(await client.outcome({ type: 'tlvTableMod', command: 0, mappings: [mapping] }), 'ok')
    t.equal(await client.outcome(flow), 'ok')
    t.match(await client.get({ type: 'tlvTableRequest' }, 'tlvTableReply'), { mappings: [mapping] })
    await program(t, lab, 'actions=drop')
    await client.ask(parseFlowMod('', 3))
    t.equal(await client.outcome({ type: 'tlvTableMod', command: 0, mappings: [mapping] }), 'NXTTMFC_ALREADY_MAPPED')
    t.equal(await clearedOptions(client), 'ok')
    t.equal(await client.outcome(flow), 'NXFMFC_INVALID_TLV_FIELD')
  },
}

export const controlBehaviours: readonly Behaviour[] = [
  introduction,
  roles,
  invalidTtl,
  wholePacket,
  packetOuts,
  bundles,
  monitors,
  pausing,
  options,
]
