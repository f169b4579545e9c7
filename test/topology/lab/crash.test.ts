import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import { takeDown } from '../../../topology/lab/down.ts'
import { surprises } from '../../../topology/lab/ping.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { run } from '../../../topology/ovs/shell.ts'
import { namespaces, ovs } from '../../support/needs.ts'
import { describe, heddleLab, killedLab, labOf, labsOf, leftOf, pingPatiently } from './labs.ts'

const small = `
underlay: { rack: { cidr: 172.30.0.0/24 } }
hosts:
  h1: { encapsulation: [vxlan] }
  h2: { encapsulation: [vxlan] }
networks: { blue: {} }
subnets: { blue4: { network: blue, cidr: 10.0.0.0/24 } }
ports: { a: { network: blue }, b: { network: blue } }
containers: { a: { host: h1 }, b: { host: h2 } }
`

t.test('two labs side by side, of which one is killed while it is built', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const labs = labsOf(t)
  const file = describe(labs, 'small', small)
  const one = labOf(t, file, `laba${process.pid}`)
  await bringUp(one.folder, one.lab, { controller: await one.mock.start() })

  // After each of its steps, and at once.
  for (const lines of [1, 2, 3, 4, 5]) {
    const other = labOf(t, file, `labb${process.pid}`)
    const { api, ovsdb, openflow } = await other.mock.start()
    const where = ['--api', api, '--ovsdb', ovsdb, '--openflow', openflow]
    await killedLab(lines, 'up', file, '--name', other.folder.name, ...where)
    t.ok(existsSync(other.folder.path), `killed after step ${lines}, it leaves something`)
    if (lines === 1) {
      const again = heddleLab('up', file, '--name', other.folder.name)
      t.match(again, { status: 1, stderr: /there is a lab labb\d+ already: heddle lab down/ })
      t.match(heddleLab('down', '--name', other.folder.name), { status: 0, stderr: /is gone/ })
    } else await takeDown(other.folder)
    // Its commands would otherwise be taken for something of the lab's.
    await other.mock.stop()
    t.same(leftOf(other.folder), [], 'all that it left is removed')
  }

  t.same(surprises(await pingPatiently(one.folder)), [], 'the other lab noticed nothing')
  t.match(heddleLab('down'), { status: 0 }, 'the only lab needs no name')
  t.same(leftOf(one.folder), [])
})

t.test('what the controller refuses is told with its line, and the lab is removed', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const labs = labsOf(t)
  const file = describe(labs, 'refused', small)
  const { folder, lab, mock } = labOf(t, file, `labr${process.pid}`)
  mock.refusal = { error: 'no', problems: [{ path: 'resources/1/spec/cidr', message: 'overlaps another' }] }
  const message = `${file}:7:36: subnets/blue4/cidr: overlaps another`
  await t.rejects(bringUp(folder, lab, { controller: await mock.start() }), { message: new RegExp(message) })
  t.same(leftOf(folder), [])
  t.notOk(existsSync(folder.path))
})

t.test("a namespace of the same name that is not the lab's is left alone", async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const labs = labsOf(t)
  const { folder, lab } = labOf(t, describe(labs, 'taken', small), `labt${process.pid}`)
  const namespace = `heddle.${folder.name}.h2`
  await run('ip', ['netns', 'add', namespace])
  t.teardown(() => run('ip', ['netns', 'delete', namespace]))
  await t.rejects(bringUp(folder, lab), {
    message: /there is a network namespace heddle\.labt\d+\.h2 that this lab did not make/,
  })
  t.ok(existsSync(`/run/netns/${namespace}`))
  t.notOk(existsSync(folder.path))
})

t.test('a link with delay delays each way; where the kernel cannot do that, it is refused by name', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const slow = small.replace('h1: {', 'h1: { delay: 20ms,')
  const { folder, lab, mock } = labOf(t, describe(labsOf(t), 'slow', slow), `labs${process.pid}`)
  const up = bringUp(folder, lab, { controller: await mock.start() })
  const trial = ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']
  if (spawnSync('unshare', trial).status === 0) {
    await up
    const pairs = await pingPatiently(folder)
    t.ok(
      pairs.every(({ ms }) => ms !== null && ms >= 40),
      'there and back',
    )
  } else {
    await t.rejects(up, { message: /hosts\/h1: delay cannot be had, for this kernel has no netem/ })
    t.same(leftOf(folder), [])
  }
})
