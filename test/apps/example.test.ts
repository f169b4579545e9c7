import { readFileSync } from 'node:fs'
import t from 'tap'
import { ApiLab, folderFor, writeApp } from '../api/lab.ts'

const readme = readFileSync(new URL('../../apps/README.md', import.meta.url), 'utf8')
const frame = new Uint8Array(60)

t.test('the app of apps/README.md joins two ports, and drops what comes in by others', async (t) => {
  const lab = await ApiLab.start(t)
  const sw = await lab.connect({ ports: [1, 2, 3, 4] })
  const [, text = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []
  const file = writeApp(folderFor(t), text, 'wire.ts')
  const portsFor = (port: number): number[] => sw.receive(port, frame).outputs.map((output) => output.port)

  t.equal((await lab.ask('POST', '/v1/apps', { file })).status, 200)
  await lab.inSync(sw)
  t.same([1, 2, 3].map(portsFor), [[2], [1], []])
  t.equal((await lab.ask('POST', '/v1/apps', { file, config: { a: 3, b: 4 } })).status, 200)
  await lab.inSync(sw)
  t.same([1, 3, 4].map(portsFor), [[], [4], [3]])
  const why = await lab.get(`/v1/why?dpid=1&flow=${encodeURIComponent('table=0,priority=0')}`)
  t.match(why.body, [{ app: 'wire', rule: 'both', drop: 'not a port of the wire' }])
  t.match(await lab.ask('POST', '/v1/apps', { file, config: { a: 0 } }), {
    status: 400,
    body: { error: /must be >= 1/ },
  })
})
