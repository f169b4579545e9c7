import type { AddressInfo } from 'node:net'
import t from 'tap'
import { isMet, type Rate, ratesText } from '../../topology/lab/rates.ts'
import { frame, limitedHost } from '../api/limited.ts'
import { run } from './controller.ts'

t.test('heddle qos test shows what the traffic of a port has beside what was asked', async (t) => {
  const { lab, sw } = await limitedHost(t)
  await lab.api.listen({ host: '127.0.0.1', port: 0 })
  const api = `127.0.0.1:${(lab.api.server.address() as AddressInfo).port}`
  // Many at a time: some a second, whatever else the machine does.
  const send = (): void => {
    for (let count = 0; count < 20; count++) sw.receive(1, frame)
  }
  const sending = setInterval(send, 10)
  t.teardown(() => clearInterval(sending))

  t.match(await run(['qos', 'test', 'a', '--seconds', '2', '--api', api]), {
    status: 0,
    out: /^direction +asked +passed +dropped\nout +1000 kbps 50000 pps +\d+ kbps \d+ pps +[1-9]\d* kbps [1-9]\d* pps\nin +10 pps +0 kbps 0 pps +0 kbps 0 pps\n$/,
    err: /^its own traffic/,
  })
  t.match(await run(['get', 'limits', '--api', api]), {
    out: /^port +host +profile +direction +asked +dscp .*\na +h1 +slow +out +1000 kbps 50000 pps +8 +62 +62000 +\d+ +\d+\na +h1 +slow +in +10 pps /,
  })
  t.match(await run(['qos', 'test', 'b', '--api', api]), { status: 1, err: /^port b is not bound/ })
  t.match(await run(['qos', 'test', 'a', '--seconds', 'soon', '--api', api]), { status: 1, err: /--seconds soon/ })
})

t.test('a bound is met within a tenth', async (t) => {
  const rate = (share: number | undefined): Rate => ({
    ...{ direction: 'out', protocol: 'tcp', asked: { kbps: 1000 }, kbps: 1000 * (share ?? 1), share, retransmits: 3 },
    counted: 1040 * (share ?? 1),
  })
  t.same(
    [0.89, 0.91, 1, 1.09, 1.11, undefined].map((share) => isMet(rate(share))),
    [false, true, true, true, false, true],
  )
  const lines = ratesText([rate(0.95), { ...rate(0.5), protocol: 'udp', asked: { pps: 10 }, pps: 5, lost: 0.25 }])
  t.match(
    lines,
    /^direction +protocol +asked +payload +with headers +of it\nout +tcp +1000 kbps +950 kbps +988 kbps +95\.0 % +3 retransmits\n/,
  )
  t.match(lines, /\nout +udp +10 pps +500 kbps +520 kbps +5 pps +50\.0 % +25 % lost/)
})
