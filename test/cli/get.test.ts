import t from 'tap'
import { folderFor } from '../api/lab.ts'
import { anywhere, run, UpProcess } from './controller.ts'

t.test('get says what an option chooses among, and that nothing was chosen', async (t) => {
  const heddle = new UpProcess(t, [...anywhere(folderFor(t)), '--app', 'l2-switch'])
  const { api } = await heddle.up()
  const get = (...args: string[]) => run(['get', ...args, '--api', api])
  t.match(await get('ports', '--router', 'blue'), {
    ...{ status: 1, out: '' },
    err: '--router says nothing about ports, only about nat, translations, connections, leases\n',
  })
  t.match(await get('flows', '--app', 'nobody', '--table', '7'), {
    ...{ status: 0, out: '' },
    err: 'there are no flows with --app nobody --table 7\n',
  })
  t.match(await get('flows', '--counters'), { status: 0, err: 'apps want no flows in connected switches\n' })
  t.match(await get('flows', '--limit', '0'), {
    status: 1,
    err: /^query: limit: must be a number of flows, at least 1/,
  })
  t.match(await get('history', '--limit', '0'), { status: 1, err: /^query: limit: must be a number from 1 to 9999\n$/ })
})
