import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CliError } from '../../controller/cli/cli-error.ts'
import { readResources } from '../../controller/cli/intent/documents.ts'
import { folderFor } from '../api/lab.ts'
import { run } from './controller.ts'

t.test('a socket in a folder that does not exist is told as such', async (t) => {
  const folder = folderFor(t)
  const socket = join(folder, 'nowhere/of.sock')
  t.match(await run(['up', '--data', folder, '--api', '127.0.0.1:0', '--listen', `unix:${socket}`]), {
    status: 1,
    err: `unix:${socket}: permission denied, or a folder of it does not exist\n`,
  })
})

t.test('a document without kind is told what is missing', async (t) => {
  const file = join(folderFor(t), 'a.yaml')
  writeFileSync(file, 'id: x\n')
  t.throws(
    () => readResources([file]),
    new CliError(`${file}:1:1: kind: is missing; there are Network, Subnet, Port, Router, Nat, Group, Policy, Qos`),
  )
})

t.test('a lab that is not up is named, beside those that are', async (t) => {
  const labs = folderFor(t)
  mkdirSync(join(labs, 'blue'))
  t.match(await run(['lab', 'status', '--name', 'nope'], { HEDDLE_LABS: labs }), {
    status: 1,
    err: 'there is no lab nope; there is blue\n',
  })
})
