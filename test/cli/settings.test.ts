import t, { type Test } from 'tap'
import { CliError } from '../../controller/cli/cli-error.ts'
import { settingsOf } from '../../controller/cli/up/settings.ts'

/** How a controller would run with this in HEDDLE_TOKEN. */
const settingsWith = (t: Test, token: string) => {
  const before = process.env.HEDDLE_TOKEN
  t.teardown(() => {
    if (before === undefined) delete process.env.HEDDLE_TOKEN
    else process.env.HEDDLE_TOKEN = before
  })
  process.env.HEDDLE_TOKEN = token
  return settingsOf({ app: [], listen: [], ovsdb: [], api: '0.0.0.0:8181' })
}

t.test('a HEDDLE_TOKEN that is empty is none: it would let anybody in', async (t) => {
  t.equal(settingsWith(t, '').api.token, undefined)
})

t.test('a HEDDLE_TOKEN that could be guessed is refused, as one in the file is', async (t) => {
  t.throws(() => settingsWith(t, 'short'), new CliError('HEDDLE_TOKEN: must not have fewer than 16 characters'))
  t.equal(settingsWith(t, 'sixteen-letters-or-more').api.token, 'sixteen-letters-or-more')
})
