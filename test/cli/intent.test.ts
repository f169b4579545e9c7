import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sendFiles } from '../../controller/cli/intent/send.ts'
import { folderFor } from '../api/lab.ts'
import { anywhere, run, UpProcess } from './controller.ts'

const blue = `# the blue network
kind: Network
id: blue
encapsulation: geneve
---
kind: Subnet
id: blue-v4
network: blue
cidr: 10.0.0.0/24
---
kind: Port
id: web-1
spec:
  network: blue
`
const ports = `
ports:
  web-2: { network: blue }
  web-3: { network: blue, addresses: [10.0.0.9] }
`

t.test('apply, get, diff, roll back and delete, as an operator does it', async (t) => {
  const folder = folderFor(t)
  const file = join(folder, 'blue.yaml')
  writeFileSync(file, blue)
  const heddle = new UpProcess(t, [...anywhere(join(folder, 'data')), '--app', 'ipam'])
  const { api } = await heddle.up()
  const ask = (...args: string[]) => run([...args, '--api', api])

  t.match(await ask('diff', '-f', file), {
    status: 1,
    out: '+ network blue\n  + encapsulation: "geneve"\n+ subnet blue-v4\n',
  })
  t.match(await ask('plan', '-f', file), { status: 0, out: /3 created.*; nothing was done\n$/ })
  const applied = await ask('apply', '-f', file, '--wait')
  t.match(applied, {
    status: 0,
    err: '',
    out: /^network blue created: vni 1\nsubnet blue-v4 created\nport web-1 created: \S+ 10\.0\.0\.2\n/,
  })
  const revision = /revision (\d+)\n$/.exec(applied.out)?.[1] ?? ''
  t.match(await ask('diff', '-f', file), { status: 0, out: '' })

  mkdirSync(join(folder, 'all'))
  writeFileSync(join(folder, 'all', 'a.yaml'), blue.replace('geneve', 'vxlan'))
  writeFileSync(join(folder, 'all', 'b.yml'), ports)
  t.match(await ask('apply', '-f', join(folder, 'all')), {
    out: /2 created, 1 updated, 0 deleted, 2 unchanged; revision /,
  })
  const table = (await ask('get', 'ports')).out
  t.match(
    table,
    /^id +network +mac +addresses +groups +host +interface +status\nweb-1 +blue +\S+ +10\.0\.0\.2 +unbound\n/,
  )
  t.match(table, /^web-3 +blue +\S+ +10\.0\.0\.9 +unbound$/m)
  t.match((await ask('get', 'ipam')).out, /^blue-v4 +10\.0\.0\.0\/24 +254 +2 +1 +1 +0 +250 +1 %$/m)
  t.match(JSON.parse((await ask('get', 'networks', '-o', 'json')).out), [{ id: 'blue', vni: 1, ports: 3 }])

  t.match(await ask('diff', '--revision', revision), {
    status: 1,
    out: /~ network blue\n {2}- encapsulation: "geneve"\n/,
  })
  t.match(await ask('delete', 'ports', 'web-2', 'web-3'), {
    status: 0,
    out: /^port web-2 deleted\nport web-3 deleted\n/,
  })
  t.match(await ask('delete', 'port', 'web-2'), { status: 1, err: /port web-2: there is no port of this name/ })
  t.match(await ask('rollback', revision), { status: 0, out: /^network blue updated/ })
  t.match((await ask('get', 'history')).out, new RegExp(`^\\d+ +\\S+Z +rollback to ${revision} +0 +1 +0$`, 'm'))
  t.match(await ask('rollback', 'x'), { status: 1, err: /heddle get history/ })
})

t.test('a mistake in a file is told with its line, and nothing is done', async (t) => {
  const folder = folderFor(t)
  const heddle = new UpProcess(t, [...anywhere(join(folder, 'data')), '--app', 'ipam'])
  const { api } = await heddle.up()
  const file = join(folder, 'net.yaml')
  for (const [text, error] of [
    [blue.replace('10.0.0.0/24', '10.0.0.7/24'), /^\S+net\.yaml:9:1: cidr: .*write 10\.0\.0\.0\/24$/],
    [
      blue.replace('  network: blue', '  netwrk: blue'),
      /net\.yaml:14:3: spec\/netwrk: is not a known name \(known here: network, mac/,
    ],
    [blue.replace('kind: Subnet', 'kind: Subnett'), /net\.yaml:6:1: kind: Subnett is no kind/],
    [blue.replace('id: web-1', 'id: 7'), /net\.yaml:12:1: id: .*quotes/],
    [
      `${blue}---${ports}  web-1:\n    network: blue\n`,
      /net\.yaml:19:3: ports\/web-1: Port web-1 is described at \S+net\.yaml:13:1 already$/,
    ],
    [
      `${blue}---\nport: {}\n`,
      /net\.yaml:16:1: port: is not a known name \(known here: networks, subnets, ports, routers, nat, groups, policies, qos; or kind and id/,
    ],
    [`${blue}  mac: [\n`, /net\.yaml:1[56]:\d+: /],
  ] as const) {
    writeFileSync(file, text)
    await t.rejects(sendFiles({ file: [file], api }, false), { message: error })
  }
  t.match(await run(['apply', '-f', file, '--api', api]), { status: 1, out: '', err: /^\S+net\.yaml:\d+:\d+: .*\n$/ })
  writeFileSync(file, '# nothing\n')
  t.match(await run(['apply', '-f', file, '--prune', '--api', api]), { status: 1, err: /--prune would delete all/ })
  t.match(await run(['apply', '-f', join(folder, 'no'), '--api', api]), { status: 1, err: /cannot be read/ })
  t.match(await run(['get', 'networks', '--api', api]), { out: '', err: /heddle apply -f FILE/ })
})
