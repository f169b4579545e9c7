import t from 'tap'
import { parseGroupMod } from '../../controller/openflow/index.ts'
import { arpRequestFrame } from '../../controller/packet/index.ts'
import type { Output } from '../../topology/sim/index.ts'
import { together } from '../../topology/sim/journal.ts'
import { ApiLab, appText, folderFor, LOCAL, writeApp } from './lab.ts'

const dpid = 1n
const name = '0000000000000001'
const frame = arpRequestFrame({ mac: '02:00:00:00:00:01', ip: '10.0.0.1' }, '10.0.0.2')
const hex = Buffer.from(frame).toString('hex')

t.test('shows what a switch holds and who made it, flows, groups and meters of others too', async (t) => {
  const lab = await ApiLab.start(t)
  const file = writeApp(folderFor(t), appText([10], '2'))
  await lab.host.load({ source: { file } }, { remember: false })
  const sw = await lab.connect({ dpid, ports: [1, 2, { number: LOCAL, name: 'br0' }] })
  together((journal) => sw.apply(parseGroupMod('group_id=5,type=all,bucket=actions=output:1'), journal))
  sw.receive(1, frame)
  sw.setLink(2, false)
  const { status, body } = await lab.get(`/v1/installed?dpid=1`)
  t.equal(status, 200)
  t.match(body, { dpid: name, inSync: true, refused: 0, meters: [] })
  const made = { is: 'wanted', app: 'one-file', rule: 'some', object: '', cookie: /^0x6865/ }
  const flows = body.flows.toSorted((a: { text: string }, b: { text: string }) => (a.text < b.text ? -1 : 1))
  t.match(flows, [
    { ...made, text: /priority=0.*actions=drop/, drop: 'nothing for it', packets: 0 },
    { ...made, text: /priority=10,arp.*actions=output:2/, packets: 1 },
  ])
  t.match(body.groups, [/^group_id=5,type=all,bucket=.*output:1/])
  t.match(body.ports, [
    { number: 1, name: 'p1', up: true, received: 1 },
    { number: 2, name: 'p2', up: false },
    { number: LOCAL, name: 'br0' },
  ])
})

t.test('frames go through a switch as if they had come in by a port', async (t) => {
  const lab = await ApiLab.start(t)
  const file = writeApp(folderFor(t), appText([10], '2'))
  await lab.host.load({ source: { file } }, { remember: false })
  const left: Output[] = []
  await lab.connect({ dpid, ports: [1, 2], onOutput: (output) => left.push(output) })
  const send = (body: object) => lab.ask('POST', '/v1/packets', { dpid: '1', inPort: 1, frames: [hex], ...body })
  t.match(await send({ frames: [hex, hex] }), { status: 200, body: { sent: 2 } })
  t.match(
    left.map(({ port, frame: sent }) => [port, Buffer.from(sent).toString('hex')]),
    [
      [2, hex],
      [2, hex],
    ],
  )
  t.match(await send({ inPort: 9 }), { status: 400, body: { problems: [{ path: 'inPort', message: /no port 9/ }] } })
  t.match(await send({ frames: ['00'] }), { status: 400, body: { problems: [{ path: 'frames/0' }] } })
  t.match(await send({ dpid: '2' }), { status: 404, body: { error: /no switch 0000000000000002 is connected/ } })
  t.equal(left.length, 2, 'what is refused is not sent')
})
