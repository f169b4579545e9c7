import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sendFiles } from '../../controller/cli/intent/send.ts'
import { ApiLab, folderFor } from '../api/lab.ts'
import { anywhere, run, UpProcess } from './controller.ts'

const shop = `
networks:
  blue: {}
  internet: { external: physnet1 }
subnets:
  blue-v4: { network: blue, cidr: 10.0.0.0/24 }
  internet-v4: { network: internet, cidr: 192.0.2.0/24 }
routers:
  edge: { subnets: [blue-v4], external: { network: internet, addresses: [192.0.2.10] } }
nat:
  out: { router: edge, source: { from: 10.0.0.0/24, to: 192.0.2.10 } }
  https: { router: edge, forward: { protocol: tcp, address: 192.0.2.10, port: 443, to: 10.0.0.5 } }
groups:
  web:
policies:
  web:
    groups: [web]
    rules:
      - { direction: in, action: allow, protocol: tcp, ports: [443] }
qos:
  gold: { out: { kbps: 10000 }, in: { kbps: 20000, pps: 5000 } }
ports:
  web-1: { network: blue, groups: [web], qos: gold, addresses: [10.0.0.5] }
`

t.test('routers, nat, groups, policies and qos: applied, listed, compared and deleted', async (t) => {
  const folder = folderFor(t)
  const file = join(folder, 'shop.yaml')
  writeFileSync(file, shop)
  const heddle = new UpProcess(t, [...anywhere(join(folder, 'data')), '--app', 'ipam'])
  const { api } = await heddle.up()
  const ask = (...args: string[]) => run([...args, '--api', api])

  t.match(await ask('apply', '-f', file), {
    status: 0,
    out: /^router edge created: [0-9a-f:]{17}\nnat out created\nnat https created\ngroup web created\npolicy web created\nqos gold created$/m,
  })
  const tables = ['routers', 'nat', 'groups', 'policies', 'qos'].map((kind) => ask('get', kind))
  const [routers, nat, groups, policies, qos] = (await Promise.all(tables)).map(({ out }) => out)
  t.match(
    routers,
    /^id +mac +networks +subnets +external +addresses +host +routes +nat\nedge +\S+ +blue +blue-v4 +internet +192\.0\.2\.10 +0 +2\n$/,
  )
  t.match(
    nat,
    /^id +router +kind +protocol +outside +inside\nhttps +edge +forward +tcp +192\.0\.2\.10:443 +10\.0\.0\.5:443\nout +edge +source +192\.0\.2\.10 +10\.0\.0\.0\/24\n$/,
  )
  t.match(groups, /^id +tenant +ports +policies\nweb +1 +web\n$/)
  t.match(policies, /^id +tier +groups +networks +rules +default +audit\nweb +tenant +web +1 +in drop +no\n$/)
  t.match(qos, /^id +out +in +dscp +ports +networks +routers\ngold +10000 kbps +20000 kbps 5000 pps +1\n$/)

  writeFileSync(file, shop.replace('ports: [443]', 'ports: [443, 80]'))
  t.match(await ask('diff', '-f', file), {
    status: 1,
    out: /^~ policy web\n {2}- rules: .*\n {2}\+ rules: .*\[443,80\]/,
  })
  t.match(await ask('delete', 'router', 'edge'), {
    status: 1,
    err: /router edge: it still has 2 nats \(https, out\): delete them first/,
  })
  t.match(await ask('delete', 'nat', 'https', 'out'), { status: 0, out: /^nat https deleted\nnat out deleted\n/ })

  writeFileSync(file, shop.replace('direction: in', 'direction: up'))
  await t.rejects(sendFiles({ file: [file], api }, false), {
    message: /shop\.yaml:19:11: policies\/web\/rules\/0\/direction: must be one of out, in$/,
  })
  writeFileSync(file, shop.replace('to: 10.0.0.5 }', 'to: 10.0.7.5 }'))
  await t.rejects(sendFiles({ file: [file], api }, false), {
    message:
      /shop\.yaml:12:84: nat\/https\/forward\/to: 10\.0\.7\.5 is in no subnet of router edge \(it has 10\.0\.0\.0\/24\)$/,
  })
})

t.test('the example of the README is taken as it stands', async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, example = ''] = /## Routers.*?```yaml\n(.*?)```/s.exec(readme) ?? []
  const file = join(folderFor(t), 'example.yaml')
  writeFileSync(file, example)
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'ipam' }, config: {} }, { remember: false })
  await lab.api.listen({ port: 0, host: '127.0.0.1' })
  const address = lab.api.server.address()
  const api = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  t.match(await sendFiles({ file: [file], api }, false), { created: 18, unchanged: 0 })
})
