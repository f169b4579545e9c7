import { parsePacket, udpFrame } from '../../../controller/packet/index.ts'
import { type Behaviour, program, punted, told } from './lab.ts'

const frame = udpFrame(
  { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02', tags: [{ vid: 5, pcp: 3 }] },
  { src: '10.0.0.1', dst: '10.0.0.2', ttl: 9 },
  { src: 5, dst: 6, payload: new Uint8Array([1, 2, 3]) },
)

const labels: Behaviour = {
  title: 'labels are pushed behind the tag with the TTL of the packet, and popped to the packet as it was',
  async run(t, lab) {
    await program(
      t,
      lab,
      'table=0,dl_vlan=5,ip,actions=push_mpls:0x8847,set_field:1000->mpls_label,controller,resubmit(,1)',
      'table=1,mpls,mpls_label=1000,actions=pop_mpls:0x0800,resubmit(,2)',
      'table=2,udp,udp_dst=6,actions=set_field:7->reg3,controller',
    )
    const [labelled, popped] = await punted(lab, frame, 2)
    const stack = [...(labelled?.data.subarray(16, 22) ?? [])]
    t.same(stack, [0x88, 0x47, 0, 0x3e, 0x81, 9])
    t.same([...(popped?.data ?? [])], [...frame])
    t.equal(told(popped, 'reg3'), 7)
  },
}

const tags: Behaviour = {
  title: 'a second tag goes on and comes off; what is under it stays',
  async run(t, lab) {
    await program(
      t,
      lab,
      'dl_vlan=5,actions=push_vlan:0x88a8,set_field:4106->vlan_vid,controller,pop_vlan,controller,pop_vlan,controller',
    )
    const packets = await punted(lab, frame, 3)
    t.same(
      packets.map(({ data }) => parsePacket(data).eth?.tags.map(({ tpid, vid }) => [tpid, vid])),
      [
        [
          [0x88a8, 10],
          [0x8100, 5],
        ],
        [[0x8100, 5]],
        [],
      ],
    )
  },
}

const lengths: Behaviour = {
  title: 'check_pkt_larger tells long packets from short ones',
  async run(t, lab) {
    await program(
      t,
      lab,
      'ip,actions=check_pkt_larger(100)->NXM_NX_REG0[3],resubmit(,1)',
      'dl_vlan=5,ip,actions=check_pkt_larger(100)->NXM_NX_REG0[3],resubmit(,1)',
      'table=1,actions=controller',
    )
    const long = udpFrame(
      { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' },
      { src: '10.0.0.1', dst: '10.0.0.2' },
      { src: 5, dst: 6, payload: new Uint8Array(100) },
    )
    t.equal(told((await punted(lab, long))[0], 'reg0'), 8)
    t.equal(told((await punted(lab, frame))[0], 'reg0'), undefined)
  },
}

export const headerBehaviours: readonly Behaviour[] = [labels, tags, lengths]
