import type { Test } from 'tap'
import overlay from '../../apps/overlay/app.ts'
import qos from '../../apps/vrouter/qos/app.ts'
import type { App } from '../../controller/index.ts'
import { udpFrame } from '../../controller/packet/index.ts'
import { ManualClock } from '../../topology/sim/testing.ts'
import { doc, hostDoc, macOf, portDocs } from '../apps/one-host.ts'
import { ApiLab } from './lab.ts'

/** 1,000 bytes with its headers. */
export const frame = udpFrame(
  { src: macOf(1), dst: macOf(2) },
  { src: '10.0.0.2', dst: '10.0.0.3' },
  { src: 1, dst: 2, payload: new Uint8Array(958) },
)

/** A host with the ports `a`, that is bound, and `b`. */
export const limitedHost = async (t: Test) => {
  const lab = await ApiLab.start(t)
  const { engine } = lab.running
  const port = (id: string, number: number, profile?: string) =>
    portDocs(id, {
      ...{ network: 'blue', mac: macOf(number), addresses: [], host: 'h1', ofport: number },
      ...(profile === undefined ? {} : { spec: { qos: profile } }),
    })
  engine.model.apply([hostDoc('h1', 1n), doc('network', 'blue', { vni: 1 }), ...port('a', 1, 'slow'), ...port('b', 2)])
  engine.model.apply([doc('qos', 'slow', { out: { kbps: 1000, pps: 50_000 }, in: { pps: 10 }, dscp: 8 })])
  for (const app of [overlay, qos] as unknown as readonly App[]) engine.load(app)
  const sw = await lab.connect({ dpid: 1n, ports: [1, 2], clock: new ManualClock() })
  await engine.confirmed(60_000)
  return { lab, sw }
}
