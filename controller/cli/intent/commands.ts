import { Argument, Command, Option } from 'commander'
import { intentNames } from '../../state/entities/names.ts'
import { ask, type ClientOptions } from '../ask/client.ts'
import { apiOption, type Format, outputOption, print } from '../ask/output.ts'
import { CliError } from '../cli-error.ts'
import { type Applied, type Change, type FileOptions, sendFiles } from './send.ts'
import { appliedText, differencesText } from './text.ts'

/** `networks, subnets, …` */
const listText = Object.values(intentNames)
  .map(({ list }) => list)
  .join(', ')

const more = (value: string, list: readonly string[] = []): string[] => [...list, value]

const fileOption = (): Option =>
  new Option(
    '-f, --file <file|dir>',
    'YAML, any number of documents; a folder; - is the standard input (repeatable)',
  ).argParser(more)
const pruneOption = (): Option => new Option('--prune', 'delete all that the files do not name')
const dryRunOption = (): Option => new Option('--dry-run', 'say what would be done, and do nothing')
const waitOption = (): Option => new Option('--wait', 'return when every host concerned has confirmed')

interface Asked extends ClientOptions {
  readonly output: Format
  readonly dryRun?: boolean
  readonly wait?: boolean
}

const show = (applied: Applied, output: Format): Promise<void> => print(applied, output, () => appliedText(applied))

/** `heddle apply -f FILE` */
export const apply = (): Command =>
  new Command('apply')
    .description(`have what files describe: ${listText}; as one transaction`)
    .addOption(fileOption().makeOptionMandatory())
    .addOption(dryRunOption())
    .addOption(waitOption())
    .addOption(pruneOption())
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (options: Asked & FileOptions) =>
      show(await sendFiles(options, options.dryRun === true), options.output),
    )

/** Kinds as people may write them. */
const kindNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(intentNames).flatMap(([kind, { list, document }]) => [
    [kind, document],
    [list, document],
  ]),
)

const hostNames = ['host', 'hosts']

const forgetHosts = async (ids: readonly string[], { output, dryRun, wait, ...client }: Asked): Promise<void> => {
  if (dryRun || wait) throw new CliError('--dry-run and --wait are not for hosts, which are only forgotten')
  for (const id of ids) await ask(client, 'DELETE', `/v1/hosts/${encodeURIComponent(id)}`)
  const forgotten = ids.map((id) => ({ kind: 'Host', id }))
  await print(forgotten, output, () => ids.map((id) => `host ${id} is forgotten`).join('\n'))
}

/** `heddle delete KIND ID...` */
export const remove = (): Command =>
  new Command('delete')
    .description('delete things of a kind, all of them or none; or forget hosts that will not come again')
    .addArgument(new Argument('<kind>').choices([...Object.keys(kindNames), ...hostNames]))
    .argument('<id...>')
    .addOption(dryRunOption())
    .addOption(waitOption())
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (kind: string, ids: string[], options: Asked) => {
      if (hostNames.includes(kind)) return forgetHosts(ids, options)
      const { output, dryRun = false, wait = false, ...client } = options
      const body = { delete: ids.map((id) => ({ kind: kindNames[kind], id })), dryRun, wait }
      await show(await ask<Applied>(client, 'POST', '/v1/apply', { body }), output)
    })

/** `heddle rollback REVISION` */
export const rollback = (): Command =>
  new Command('rollback')
    .description('have what was wanted at a revision again, as a new transaction; heddle get history shows revisions')
    .argument('<revision>')
    .addOption(dryRunOption())
    .addOption(waitOption())
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (text: string, { output, dryRun = false, wait = false, ...client }: Asked) => {
      const body = { revision: revisionOf(text), dryRun, wait }
      await show(await ask<Applied>(client, 'POST', '/v1/rollback', { body }), output)
    })

const revisionOf = (text: string): number => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new CliError(`${text} is no revision; heddle get history shows them`)
  return Number(text)
}

interface DiffOptions extends Asked, Partial<FileOptions> {
  readonly revision?: readonly string[]
}

const differences = async ({ file, revision, prune, ...client }: DiffOptions): Promise<readonly Change[]> => {
  if (file && !revision) return (await sendFiles({ ...client, file, ...(prune ? { prune } : {}) }, true)).changes
  const [from, to, third] = revision ?? []
  if (file || from === undefined || third !== undefined)
    throw new CliError('either -f FILE or --revision FROM [TO] is expected')
  const query = { from: `${revisionOf(from)}`, to: to === undefined ? undefined : `${revisionOf(to)}` }
  return (await ask<{ changes: readonly Change[] }>(client, 'GET', '/v1/diff', { query })).changes
}

/** `heddle diff -f FILE`, `heddle diff --revision A [B]` */
export const diff = (): Command =>
  new Command('diff')
    .description(
      'what files would change, or what has changed since a revision; exit code 1 where there is a difference',
    )
    .addOption(fileOption())
    .addOption(pruneOption())
    .option('--revision <revision...>', 'from one revision to another, or to the present')
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (options: DiffOptions) => {
      const changes = await differences(options)
      await print(changes, options.output, () => differencesText(changes))
      if (changes.length > 0) process.exitCode = 1
    })
