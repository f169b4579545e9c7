import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { allProcesses } from '../../../topology/lab/processes.ts'
import { hasCommand } from '../../setup/machine.js'
import { bin } from '../../support/command.ts'
import { need, ovs } from '../../support/needs.ts'

const file = fileURLToPath(new URL('../../../topology/labs/two-hosts.yaml', import.meta.url))

/** An ordinary user: whoever runs the tests, else nobody. */
const ordinary = process.getuid?.() === 0 ? 65534 : undefined

/** Runs a command as an ordinary user. */
const asUser = (env: Readonly<Record<string, string>>, command: string, ...args: readonly string[]) => {
  const as = ordinary === undefined ? [] : ['setpriv', `--reuid=${ordinary}`, `--regid=${ordinary}`, '--clear-groups']
  const [first = '', ...rest] = [...as, command, ...args]
  const { status, stdout, stderr } = spawnSync(first, rest, { encoding: 'utf8', env: { ...process.env, ...env } })
  return { status, stdout, stderr }
}

const namespacesForUsers = (): boolean =>
  hasCommand('unshare') && hasCommand('setpriv') && asUser({}, 'unshare', '-rmn', 'true').status === 0

t.test('an ordinary user has a lab, in a user namespace', async (t) => {
  if (!ovs(t) || !need(t, 'namespaces for ordinary users', namespacesForUsers())) return
  const home = mkdtempSync('/tmp/heddle-user-')
  const env = { HOME: home, HEDDLE_LABS: `${home}/labs`, XDG_RUNTIME_DIR: home }
  mkdirSync(env.HEDDLE_LABS)
  chmodSync(home, 0o755)
  if (ordinary !== undefined) for (const folder of [home, env.HEDDLE_LABS]) chownSync(folder, ordinary, ordinary)
  const waiting = () => allProcesses().filter(({ words }) => words[0] === 'sleep')
  const before = new Set(waiting().map(({ pid }) => pid))
  const heddle = (...args: readonly string[]) => asUser(env, process.execPath, bin, 'lab', ...args)
  t.teardown(() => {
    heddle('down')
    rmSync(home, { recursive: true, force: true })
  })
  t.match(heddle('up', file), { status: 0, stderr: /lab two-hosts is up/ })

  const { status, stdout } = heddle('ping', '-o', 'json')
  t.equal(status, 0, stdout)
  const { pairs } = JSON.parse(stdout) as { pairs: { reached: boolean }[] }
  t.equal(pairs.filter(({ reached }) => reached).length, 12, 'every container reaches every other by IPv4 and IPv6')
  t.match(heddle('down'), { status: 0, stderr: /lab two-hosts is gone/ })
  t.same(readdirSync(env.HEDDLE_LABS), [])
  t.same(
    allProcesses()
      .filter(({ words }) => words.some((word) => word.includes(home)))
      .map(({ words }) => words.join(' ')),
    [],
  )
  t.same(
    waiting().filter(({ pid, words }) => words[1] === '86400' && !before.has(pid)),
    [],
    'nobody holds its namespaces',
  )
})
