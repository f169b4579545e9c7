import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  return status === 0 ? stdout : `${command} exited ${status}\n${stdout}${stderr}`
}

/** A project that has installed the package as `npm pack` makes it. */
const consumer = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-consumer-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, 'heddle'), { recursive: true })
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--silent', '--json', '--pack-destination', folder], root))
  run('tar', ['xzf', join(folder, filename), '--strip-components=1', '-C', join(modules, 'heddle')], folder)
  for (const name of ['commander', '@types']) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

const readmes = ['README.md', 'controller/openflow/README.md']

/** Each program of a README with the output that it says. */
const examplesOf = (readme: string): (readonly [program: string, output: string])[] => {
  const pairs = readFileSync(join(root, readme), 'utf8').matchAll(/```ts\n(.*?)```.*?```text\n(.*?)```/gs)
  return [...pairs].map(([, program, output]) => [program as string, output as string])
}

// Packing builds, and each example is a process of its own.
t.setTimeout(120_000)

t.test('the package as npm packs it', (t) => {
  t.setTimeout(120_000)
  const folder = consumer()
  t.teardown(() => rmSync(folder, { recursive: true }))

  t.test('holds what runs, and no sources or tests', (t) => {
    const files = run('find', ['.', '-type', 'f'], join(folder, 'node_modules/heddle')).trim().split('\n')
    const others = files.filter((file) => !/^\.\/dist\/controller\/.*(\.js|\.d\.ts)$/.test(file)).sort()
    t.same(others, ['./CHANGELOG.md', './LICENSE', './README.md', './controller/cli/heddle.js', './package.json'])
    t.end()
  })

  t.test('runs the programs of the READMEs, which compile and print what those say', (t) => {
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, types: ['node'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    const all = readmes
      .flatMap(examplesOf)
      .map(([program, output], index) => ({ name: `example${index}`, program, output }))
    for (const { name, program } of all) writeFileSync(join(folder, `${name}.ts`), program)
    for (const readme of readmes) t.ok(examplesOf(readme).length >= 2, readme)
    t.equal(run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], folder), '')
    for (const { name, output } of all) t.equal(run(process.execPath, [`${name}.js`], folder), output)
    t.end()
  })

  t.test('has a working command', (t) => {
    const bin = join(folder, 'node_modules/heddle/controller/cli/heddle.js')
    t.match(run(process.execPath, [bin, 'openflow', 'decode', '0414000800000001'], folder), /^OFPT_BARRIER_REQUEST/)
    t.end()
  })
  t.end()
})
