import t from 'tap'
import type { Diagnosis } from '../../controller/api/schemas.ts'
import { doc, macOf, portDocs } from '../apps/one-host.ts'
import { ApiLab } from './lab.ts'

type Type = 'geneve' | 'vxlan' | 'gre' | 'stt'

const hostWith = (number: number, types: readonly Type[]) =>
  doc('host', `h${number}`, {
    dpid: number.toString(16).padStart(16, '0'),
    encap: { address: '192.0.2.1', types: [...types] },
    tunnels: Object.fromEntries(types.map((type, at) => [type, 65001 + at])),
  })

t.test('doctor tells between which hosts of a network there is no type of tunnel', async (t) => {
  const lab = await ApiLab.start(t)
  const { model } = lab.running.engine
  const about = async () => {
    const found: readonly Diagnosis[] = (await lab.get('/v1/doctor')).body
    return found.filter(({ finding }) => /tunnel|asks for/.test(finding)).map(({ finding }) => finding)
  }
  const network = (encapsulation?: Type) =>
    doc('network', 'blue', { vni: 1, ...(encapsulation ? { encapsulation } : {}) })
  const types: readonly (readonly Type[])[] = [
    ['geneve', 'vxlan'],
    ['geneve'],
    ['geneve'],
    ['geneve'],
    ['geneve', 'vxlan'],
  ]
  model.apply([
    ...types.map((some, at) => hostWith(at + 1, some)),
    network(),
    doc('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
    ...types.flatMap((_, at) =>
      portDocs(`p${at}`, { network: 'blue', mac: macOf(at), addresses: [], host: `h${at + 1}`, ofport: at + 1 }),
    ),
  ])
  t.same(await about(), [], 'all have geneve')

  model.apply([network('vxlan')])
  t.same(await about(), [
    'network blue asks for vxlan, which hosts h2, h3, h4 cannot carry: its ports there reach none elsewhere',
  ])
  model.apply([network('stt')])
  t.same(await about(), [
    'network blue asks for stt, which hosts h1, h2, h3 and 2 more cannot carry: its ports there reach none elsewhere',
  ])

  model.apply([network(), hostWith(5, ['gre'])])
  t.same(
    await about(),
    [
      'no type of tunnel is common to hosts of network blue (h4: geneve; h5: gre): packets between them are lost',
      'no type of tunnel is common to hosts of network blue (h1: geneve, vxlan; h5: gre): packets between them are lost',
    ].sort(),
  )
})
