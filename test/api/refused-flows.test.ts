import t from 'tap'
import type { Diagnosis } from '../../controller/api/schemas.ts'
import { type App, defineApp, GroupEntry } from '../../controller/index.ts'
import { until } from '../engine/lab.ts'
import { ApiLab, appText, folderFor, writeApp } from './lab.ts'

const aboutSwitches = async (lab: ApiLab): Promise<readonly Diagnosis[]> => {
  const found: readonly Diagnosis[] = (await lab.get('/v1/doctor')).body
  return found.filter(({ level, dpid }) => level === 'error' && dpid !== undefined)
}

/** All that doctor tells of switches, once it tells this: not while what a switch had no room for is sent again. */
const toldAtRest = async (lab: ApiLab, finding: RegExp): Promise<readonly Diagnosis[]> => {
  let told: readonly Diagnosis[] = []
  await until(`doctor tells ${finding}`, async () => {
    told = await aboutSwitches(lab)
    return told.some((one) => finding.test(one.finding))
  })
  return told
}

t.test('doctor tells once for each switch and app what is refused, why, and how it is taken', async (t) => {
  const lab = await ApiLab.start(t)
  const switches = [await lab.connect({ dpid: 1n, ports: [1] }), await lab.connect({ dpid: 2n, ports: [1] })]
  const folder = folderFor(t)
  const file = writeApp(folder, appText([10, 20, 30], '0xfffffff0'))
  await lab.ask('POST', '/v1/apps', { file })
  for (const sw of switches) await lab.inSync(sw)
  const finding =
    /^it refuses 3 flows of app one-file \(OFPBAC_BAD_OUT_PORT\) until .+; the first, of one-file\/some: .*arp.*actions=/
  const mend = 'heddle app reload one-file'
  const told = await aboutSwitches(lab)
  t.equal(told.length, 2, 'not one for each flow')
  t.match(told, [
    { level: 'error', dpid: /1$/, finding, mend },
    { level: 'error', dpid: /2$/, finding, mend },
  ])
  writeApp(folder, appText([10]))
  t.match(await lab.ask('POST', '/v1/apps/one-file/reload'), { status: 200 })
  for (const sw of switches) await lab.inSync(sw)
  t.same(await aboutSwitches(lab), [], 'nothing once it is corrected')
})

t.test('doctor tells of flows for which a switch has no room, and that they are tried again', async (t) => {
  const lab = await ApiLab.start(t)
  const sw = await lab.connect({ dpid: 1n, ports: [1], flowsPerTable: 2 })
  await lab.ask('POST', '/v1/apps', { file: writeApp(folderFor(t), appText([10, 20])) })
  await lab.inSync(sw)
  const finding = /^it has no room for 1 flow of app one-file \(OFPFMFC_TABLE_FULL\), and they are tried again; /
  const told = await toldAtRest(lab, finding)
  t.match(told, [{ finding, mend: undefined }], 'loading the app again makes no room')
})

t.test('a group that is refused is told before the flows that are refused for want of it', async (t) => {
  const lab = await ApiLab.start(t)
  const sw = await lab.connect({ dpid: 1n, ports: [1], groupLimit: 0 })
  const groupId = 0x6800_0001
  const app = defineApp({
    name: 'grouped',
    pipeline: ['only'],
    collections: {},
    rules: {
      all: {
        flows: ({ stages: { only } }) => [
          new GroupEntry({ groupId, groupType: 0, buckets: [] }),
          ...[1, 2].map((inPort) => only.when({ inPort }).group(groupId)),
        ],
      },
    },
  })
  lab.running.engine.load(app as unknown as App)
  await lab.inSync(sw)
  const finding = /^it has no room for 1 group and 2 flows of app grouped \(OFPGMFC_OUT_OF_GROUPS\),.*: group_id=/
  t.match(await toldAtRest(lab, finding), [{ finding }])
})
