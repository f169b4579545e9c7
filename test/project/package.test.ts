import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** All that the package may use, and no more. */
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

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
  for (const name of [...Object.keys(dependencies), '@types']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

/** What `heddle up` with an app prints until it is up, or ends. */
const upOnce = async (folder: string, app: string): Promise<string> => {
  const bin = join(folder, 'node_modules/heddle/controller/cli/heddle.js')
  const places = ['--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--api', '127.0.0.1:0']
  const child = spawn(process.execPath, [bin, 'up', '--app', app, ...places], { cwd: folder })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.includes('heddle is up')) child.kill('SIGTERM')
    })
  }
  await once(child, 'close')
  return printed
}

const readmes = ['README.md', 'controller/openflow/README.md', 'topology/sim/README.md']

/** Each program of a README with the output that it says. */
const examplesOf = (readme: string): (readonly [program: string, output: string])[] => {
  const pairs = readFileSync(join(root, readme), 'utf8').matchAll(/```ts\n(.*?)```.*?```text\n(.*?)```/gs)
  return [...pairs].map(([, program, output]) => [program as string, output as string])
}

// Packing builds, and each example is a process of its own.
t.setTimeout(300_000)

t.test('the package as npm packs it', (t) => {
  t.setTimeout(300_000)
  const folder = consumer()
  t.teardown(() => rmSync(folder, { recursive: true }))

  t.test('holds what runs, and no sources or tests', (t) => {
    const files = run('find', ['.', '-type', 'f'], join(folder, 'node_modules/heddle')).trim().split('\n')
    const others = files
      .filter((file) => !/^\.\/dist\/(apps|controller|topology\/(?:lab|ovs|sim|walk))\/.*(\.js|\.d\.ts)$/.test(file))
      .sort()
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
    for (const readme of readmes) t.ok(examplesOf(readme).length >= 1, readme)
    t.equal(run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], folder), '')
    for (const { name, output } of all) t.equal(run(process.execPath, [`${name}.js`], folder), output)
    t.end()
  })

  t.test('runs a controller with an app of its own, and one in a file as apps/README.md has it', async (t) => {
    const [, program = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'apps/README.md'), 'utf8')) ?? []
    // An annotation, so that it is no JavaScript.
    writeFileSync(join(folder, 'wire.ts'), `${program}\nexport const ports: number = 2\n`)
    t.equal(run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], folder), '')
    t.match(await upOnce(folder, 'l2-switch'), /"apps":\["l2-switch"\]/)
    t.match(await upOnce(folder, './wire.js'), /"apps":\["wire"\]/)
    const needsTsx = !('typescript' in process.features)
    const untyped = /wire\.ts is TypeScript, which Node .* does not read by itself: use Node 22\.18/
    t.match(await upOnce(folder, './wire.ts'), needsTsx ? untyped : /"apps":\["wire"\]/)
    symlinkSync(join(root, 'node_modules/tsx'), join(folder, 'node_modules/tsx'))
    t.match(await upOnce(folder, './wire.ts'), /"apps":\["wire"\]/)
  })

  t.test('has a working command', (t) => {
    const bin = join(folder, 'node_modules/heddle/controller/cli/heddle.js')
    t.match(run(process.execPath, [bin, 'openflow', 'decode', '0414000800000001'], folder), /^OFPT_BARRIER_REQUEST/)
    t.end()
  })
  t.end()
})
