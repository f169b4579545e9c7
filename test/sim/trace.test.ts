import t from 'tap'
import { namespaces, ovs } from '../support/needs.ts'
import { RealBridge } from './support/bridge.ts'
import { differenceFor, load, twinOf } from './support/compare.ts'
import { randomFlow, randomGroups } from './support/flows.ts'
import { randomFrame } from './support/packets.ts'
import { Random } from './support/random.ts'

/** Rounds of new flows, and frames that go through them; SIM_TRACE_ROUNDS asks for more. */
const rounds = Number(process.env.SIM_TRACE_ROUNDS ?? 150)
const firstSeed = Number(process.env.SIM_TRACE_SEED ?? 1)
const flowsPerRound = 40
const framesPerRound = 12
const ports = 4

/** Differences that are shown in full before the rest is only counted. */
const mostShown = 3

/** Milliseconds. */
const timeout = 120_000 + rounds * 400
t.setTimeout(timeout)

t.test('random flows do to random frames what they do in Open vSwitch', { timeout }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const bridge = await RealBridge.start('simtr', ports)
  t.teardown(() => bridge.stop())
  const client = bridge.connect()
  const sim = twinOf(bridge)
  let frames = 0
  const differences: string[] = []
  const refusals: string[] = []
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    const random = new Random(seed)
    const flows = Array.from({ length: flowsPerRound }, (_, index) => randomFlow(random, 100 + index))
    const judged = await load(sim, client, { flows, groups: randomGroups(random) })
    refusals.push(...judged.map(({ flow, ours, theirs }) => `seed ${seed}: ${flow}\n  ours ${ours}, theirs ${theirs}`))
    for (let count = 0; count < framesPerRound; count++) {
      const difference = await differenceFor(sim, bridge, 1 + random.below(ports), randomFrame(random))
      if (difference !== undefined) differences.push(`seed ${seed}, frame ${count}\n${difference}`)
      frames++
    }
  }
  client.close()
  t.equal(refusals.length, 0, `flows are taken and refused alike\n${refusals.slice(0, mostShown).join('\n')}`)
  t.equal(differences.length, 0, `${frames} frames alike\n${differences.slice(0, mostShown).join('\n\n')}`)
})
