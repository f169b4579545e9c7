import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import * as openflow from '../../controller/openflow/index.ts'

const root = fileURLToPath(new URL('../../controller/openflow', import.meta.url))

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))

/** Names of what a file exports that begin as those of constants do. */
const constantsOf = (path: string): string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^export const ([A-Z]\w*) =/gm)].map(([, name]) => name as string)

/** Constants that are no values of members, with what they are for. */
const inner: Readonly<Record<string, string>> = { ALL_ONES_64: 'a number that several constants have' }

t.test('every constant that a member may be is exported', (t) => {
  const is10 = (path: string): boolean => dirname(path) === 'of10'
  const missing = sources.flatMap((path) =>
    constantsOf(path).filter((name) => !(name in (is10(path) ? openflow.of10 : openflow)) && !(name in inner)),
  )
  t.same(missing, [])
  t.ok(sources.flatMap(constantsOf).length > 50)
  t.end()
})
