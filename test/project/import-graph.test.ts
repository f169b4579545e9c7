import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Who may import what. Each file stands in one line only, so that a complaint tells its line. */
const forbidden: Readonly<Record<string, string>> = {
  'controller/openflow/flow-user.ts': '../flow/index.ts',
  'controller/openflow/wire/packet-user.ts': '../../packet/ethernet.ts',
  'controller/openflow/wire/package-user.ts': 'commander',
  'controller/openflow/wire/node-user.ts': 'node:fs',
  'controller/packet/codec-user.ts': '../openflow/index.ts',
  'controller/ovsdb/state-user.ts': '../state/index.ts',
  'controller/net/switch-user.ts': '../switch/index.ts',
  'controller/yaml/state-user.ts': '../state/index.ts',
  'controller/flow/switch-user.ts': '../switch/index.ts',
  'controller/switch/engine-user.ts': '../engine/index.ts',
  'controller/state/store/flow-user.ts': '../../flow/index.ts',
  'controller/engine/codec-user.ts': '../openflow/index.ts',
  'controller/engine/api-user.ts': '../api/index.ts',
  'controller/engine/hosts-user.ts': '../hosts/index.ts',
  'controller/hosts/switch-user.ts': '../switch/index.ts',
  'controller/api/flow-user.ts': '../flow/index.ts',
  'controller/cli/inner-codec-user.ts': '../openflow/wire/reader.ts',
  'controller/cli/inner-api-user.ts': '../api/server.ts',
  'controller/cli/inner-hosts-user.ts': '../hosts/hosts.ts',
  'controller/cli/inner-lab-user.ts': '../../topology/lab/up.ts',
  'controller/cli/switch-user.ts': '../switch/index.ts',
  'controller/bench-user.ts': '../bench/codec/run.ts',
  'apps/l2-switch/inner-user.ts': '../../controller/flow/index.ts',
  'apps/vrouter/nat/topology-user.ts': '../../../topology/lab.ts',
  'topology/sim/engine-user.ts': '../../controller/engine/index.ts',
  'topology/test-user.ts': '../test/support/needs.ts',
}

const allowed: Readonly<Record<string, string>> = {
  'controller/openflow/wire/fields-user.ts': '../fields/field.ts',
  'controller/openflow/text-user.ts': './text/flow.ts',
  'controller/flow/codec-user.ts': '../openflow/index.ts',
  'controller/switch/codec-user.ts': '../openflow/index.ts',
  'controller/state/package-user.ts': 'node:sqlite',
  'controller/engine/flow-user.ts': '../flow/index.ts',
  'controller/engine/rules/state-user.ts': '../../state/index.ts',
  'controller/ovsdb/net-user.ts': '../net/index.ts',
  'controller/switch/net-user.ts': '../net/index.ts',
  'controller/hosts/ovsdb-user.ts': '../ovsdb/index.ts',
  'controller/cli/hosts-user.ts': '../hosts/index.ts',
  'controller/cli/api-user.ts': '../api/index.ts',
  'controller/cli/lab-user.ts': '../../topology/lab/command.ts',
  'controller/cli/openflow/codec-user.ts': '../../openflow/index.ts',
  'apps/vrouter/nat/surface-user.ts': '../../../controller/index.ts',
  'topology/sim/packet-user.ts': '../../controller/packet/ethernet.ts',
  'topology/lab/yaml-user.ts': '../../controller/yaml/index.ts',
  'test/openflow/bench-user.ts': '../../bench/codec/run.ts',
}

const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, specifier] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `export { x } from '${specifier}'\n`)
  }
}

/** The files that the linter, with our settings, refuses for what they import. */
const refused = (folder: string): string[] => {
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const options = ['--reporter=github', '--max-diagnostics=none', '--vcs-enabled=false']
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', ...options, '.'], { cwd: folder, encoding: 'utf8' })
  const complaints = stdout.split('\n').filter((line) => line.includes('noRestrictedImports'))
  return complaints.map((line) => relative(folder, /file=([^,]+)/.exec(line)?.[1] ?? line))
}

t.test('the linter refuses each import that crosses the layers, and no other', (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-import-graph-')))
  t.teardown(() => rmSync(folder, { recursive: true }))
  write(folder, forbidden)
  write(folder, allowed)
  t.same(refused(folder).sort(), Object.keys(forbidden).sort())
  t.end()
})
