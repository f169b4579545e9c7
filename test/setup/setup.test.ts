import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

const check = (folder: string): { readonly status: number | null; readonly said: string } => {
  const args = [join(folder, 'test/setup/setup.js'), '--check']
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, said: stderr }
}

t.test('setup.js --check says that a fresh clone lacks node_modules, and needs nothing to say so', (t) => {
  const clone = mkdtempSync(join(tmpdir(), 'heddle-clone-'))
  t.teardown(() => rmSync(clone, { recursive: true }))
  for (const path of ['package.json', 'package-lock.json', 'test/setup']) {
    cpSync(join(root, path), join(clone, path), { recursive: true })
  }
  t.match(check(clone), { status: 1, said: /^setup: node_modules is missing$/m })
  t.end()
})

t.test('setup.js --check is content where these tests run', (t) => {
  t.match(check(root), { status: 0, said: /^setup: node_modules is up to date$/m })
  t.end()
})
