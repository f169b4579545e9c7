import t, { type Test } from 'tap'
import { type IntentChange, IntentError, Intents, openSqliteStore } from '../../../controller/state/index.ts'
import { audit } from '../../state/intent/audit.ts'
import { openManager, put, remove } from '../../state/intent/manager.ts'

/** An address manager with a clock of its own. */
class Lab {
  readonly intents: Intents
  private readonly clock: { now: number }

  private constructor(intents: Intents, clock: { now: number }) {
    this.intents = intents
    this.clock = clock
  }

  static async start(t: Test, quarantine = 60): Promise<Lab> {
    const clock = { now: 1_700_000_000_000 }
    const store = await openSqliteStore(':memory:')
    const intents = await openManager(store, () => clock.now, quarantine)
    t.teardown(async () => {
      const faults = await audit(store)
      if (faults.length > 0) throw new Error(faults.join('; '))
      intents.close()
      await store.close()
    })
    const lab = new Lab(intents, clock)
    await lab.change(put('network', 'blue', {}), put('subnet', 'v4', { network: 'blue', cidr: '10.0.0.0/28' }))
    return lab
  }

  wait(seconds: number): void {
    this.clock.now += seconds * 1000
  }

  change(...changes: IntentChange[]) {
    return this.intents.change(changes, { by: 'test' })
  }

  async port(id: string, spec: object = {}): Promise<readonly string[]> {
    await this.change(put('port', id, { network: 'blue', ...spec }))
    return this.addresses(id)
  }

  addresses(id: string): readonly string[] {
    return this.intents.table.get('assignment', id)?.value.addresses ?? []
  }

  mac(id: string): string | undefined {
    return this.intents.table.get('assignment', id)?.value.mac
  }
}

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return ''
  } catch (error) {
    return error instanceof IntentError ? error.message : `${error}`
  }
}

t.test('the lowest free address, past the gateway and what is excluded; users may fix excluded ones', async (t) => {
  const lab = await Lab.start(t)
  const exclude = ['10.0.0.3-10.0.0.5', '10.0.0.5-10.0.0.6', '10.0.0.8']
  await lab.change(put('subnet', 'v4', { network: 'blue', cidr: '10.0.0.0/28', exclude }))
  t.same([await lab.port('a'), await lab.port('b'), await lab.port('c')], [['10.0.0.2'], ['10.0.0.7'], ['10.0.0.9']])
  t.same(await lab.port('d', { addresses: ['10.0.0.5'] }), ['10.0.0.5'])
  await lab.change(put('subnet', 'v4', { network: 'blue', cidr: '10.0.0.0/28', gateway: null }))
  t.same(await lab.port('e'), ['10.0.0.1'], 'without a gateway its address is free')
})

t.test(
  'a port keeps what it has while other things of it change; in another network it is given one of that',
  async (t) => {
    const lab = await Lab.start(t)
    await lab.port('a')
    const before = [await lab.port('b'), lab.mac('b')]
    await lab.change(remove('port', 'a'))
    t.same([await lab.port('b', { guard: false }), lab.mac('b')], before)
    t.same(await lab.port('b', { addresses: ['10.0.0.3'] }), ['10.0.0.3'], 'what it has can be fixed')
    t.match(lab.intents.table.get('lease', 'blue@10.0.0.3')?.value, { kind: 'static' })
    t.same(await lab.port('b'), ['10.0.0.3'], 'and be left to the controller again')
    await lab.change(put('network', 'red', {}), put('subnet', 'red', { network: 'red', cidr: '10.0.0.0/28' }))
    t.same(await lab.port('b', { network: 'red' }), ['10.0.0.3'], 'the same, where that is free there')
    t.equal(lab.mac('b'), before[1])
  },
)

t.test('an address that was given up rests; its port and users who name it do not wait', async (t) => {
  const lab = await Lab.start(t, 60)
  await lab.port('a')
  await lab.change(remove('port', 'a'))
  lab.wait(59)
  t.same(await lab.port('b'), ['10.0.0.3'])
  t.same(await lab.port('a'), ['10.0.0.2'], 'the port itself comes back')
  await lab.change(remove('port', 'a'))
  t.same(await lab.port('c', { addresses: ['10.0.0.2'] }), ['10.0.0.2'], 'a user names it')
  await lab.change(remove('port', 'c'), remove('port', 'b'))
  lab.wait(61)
  t.same(await lab.port('d'), ['10.0.0.2'])
})

t.test('a full subnet gives what has rested, and else says that it is full', async (t) => {
  const lab = await Lab.start(t, 60)
  const names = Array.from({ length: 13 }, (_, at) => `p${at}`)
  await lab.change(...names.map((id) => put('port', id, { network: 'blue' })))
  t.match(await refusal(lab.port('more')), /^port more: addresses: no address of v4 \(10\.0\.0\.0\/28\) is free/)
  await lab.change(remove('port', 'p4'))
  t.match(await refusal(lab.port('more')), /is free/)
  lab.wait(60)
  t.same(await lab.port('more'), ['10.0.0.6'])
  await lab.change(put('subnet', 'second', { network: 'blue', cidr: '10.1.0.0/28' }))
  t.same(await lab.port('other'), ['10.1.0.2'], 'another subnet of the network goes on')
})

t.test('what users fix goes before what is chosen, in the same change too', async (t) => {
  const lab = await Lab.start(t)
  await lab.change(
    put('port', 'any', { network: 'blue' }),
    put('port', 'fixed', { network: 'blue', addresses: ['10.0.0.2'] }),
  )
  t.same([lab.addresses('any'), lab.addresses('fixed')], [['10.0.0.3'], ['10.0.0.2']])
  await lab.change(
    put('port', 'any', { network: 'blue', addresses: ['10.0.0.2'] }),
    put('port', 'fixed', { network: 'blue', addresses: ['10.0.0.3'] }),
  )
  t.same([lab.addresses('any'), lab.addresses('fixed')], [['10.0.0.2'], ['10.0.0.3']], 'two ports change places')
})

t.test('a subnet of a new family gives the ports that are there an address of it', async (t) => {
  const lab = await Lab.start(t)
  await lab.port('a')
  await lab.port('b', { addresses: ['10.0.0.9'] })
  await lab
    .change(put('subnet', 'v6', { network: 'blue', cidr: 'fd00:0:0:0::/64' }), put('port', 'c', { network: 'blue' }))
    .catch((error: Error) => t.match(error.message, /write fd00::\/64/))
  await lab.change(put('subnet', 'v6', { network: 'blue', cidr: 'fd00::/64' }))
  t.same(lab.addresses('a'), ['10.0.0.2', 'fd00::2'])
  t.same(lab.addresses('b'), ['10.0.0.9'], 'but none whose addresses are fixed')
})

t.test('networks are given the lowest free number; a number that another has is refused', async (t) => {
  const lab = await Lab.start(t)
  await lab.change(put('network', 'two', { vni: 2 }), put('network', 'red', {}))
  const number = (id: string) => lab.intents.table.get('number', id)?.value.vni
  t.same([number('blue'), number('two'), number('red')], [1, undefined, 3])
  t.match(await refusal(lab.change(put('network', 'green', { vni: 1 }))), /network blue has 1/)
  await lab.change(put('network', 'red', { vni: 9 }))
  await lab.change(put('network', 'green', {}))
  t.equal(number('green'), 3, 'a number that was given back')
})

t.test('an app that fails in a change refuses that one, and harms no other', async (t) => {
  const store = await openSqliteStore(':memory:')
  t.teardown(() => store.close())
  const admission = {
    admit: ({ networks }: { readonly networks: readonly string[] }) => {
      if (networks.includes('bad')) throw new Error('cannot')
    },
  }
  const intents = await Intents.open(store, { admissions: () => [{ app: 'faulty', admission }] })
  t.teardown(() => intents.close())
  const change = (id: string, spec: object) => intents.change([put('network', id, spec)], { by: 'test' })
  const [bad, good] = await Promise.allSettled([change('bad', {}), change('good', { vni: 3 })])
  t.match(bad, { status: 'rejected', reason: { name: 'AdmissionError', message: 'app faulty failed: cannot' } })
  t.equal(good.status, 'fulfilled')
  t.equal(intents.table.get('network', 'bad'), undefined)
})
