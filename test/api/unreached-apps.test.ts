import t from 'tap'
import type { Diagnosis } from '../../controller/api/schemas.ts'
import { ApiLab, appText, folderFor, writeApp } from './lab.ts'

t.test('doctor tells of an app that no packet comes to, and how one does', async (t) => {
  const lab = await ApiLab.start(t)
  await lab.connect({ dpid: 1n, ports: [1, 2] })
  const file = writeApp(folderFor(t), appText([10]))
  const about = async () => {
    const found: readonly Diagnosis[] = (await lab.get('/v1/doctor')).body
    return found.filter(({ finding }) => finding.startsWith('no packet'))
  }
  await lab.ask('POST', '/v1/apps', { name: 'l2-switch' })
  t.same(await about(), [])
  await lab.ask('POST', '/v1/apps', { file })
  t.match(await about(), [
    {
      finding:
        'no packet comes to app one-file, whose first table is 2: on plain bridges they begin in table 0, ' +
        'which app l2-switch has',
      mend: `heddle app unload l2-switch && heddle app unload one-file && heddle app load ${file}`,
    },
  ])
  await lab.ask('DELETE', '/v1/apps/l2-switch')
  t.match(await about(), [
    { finding: /which no app has$/, mend: `heddle app unload one-file && heddle app load ${file}` },
  ])
  await lab.ask('DELETE', '/v1/apps/one-file')
  await lab.ask('POST', '/v1/apps', { file })
  t.same(await about(), [])
})
