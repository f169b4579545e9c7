import { styleText } from 'node:util'
import { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { sendFiles } from '../intent/send.ts'
import { appliedText } from '../intent/text.ts'
import { type OrderOptions, order } from './order.ts'
import { apiOption, type Format, outputOption, print } from './output.ts'

interface Change {
  readonly change: 'add' | 'modify' | 'delete'
  readonly what: string
  readonly text: string
}

interface Plan {
  readonly app: string
  readonly switches: readonly { readonly dpid: string; readonly changes: readonly Change[] }[]
}

const signs = {
  add: ['+', 'green'],
  modify: ['~', 'yellow'],
  delete: ['-', 'red'],
} as const

/** Colours for people only. */
const coloured = (colour: 'green' | 'yellow' | 'red', text: string): string =>
  process.stdout.isTTY ? styleText(colour, text) : text

const changeText = ({ change, what, text }: Change): string => {
  const [sign, colour] = signs[change]
  return coloured(colour, `${sign} ${what} ${text}`)
}

const summary = (changes: readonly Change[]): string => {
  const count = (kind: Change['change']): number => changes.filter(({ change }) => change === kind).length
  return `${count('add')} to add, ${count('modify')} to modify, ${count('delete')} to delete`
}

const planText = ({ app, switches }: Plan): string => {
  if (switches.length === 0) return 'no switch is connected: nothing to compare with'
  const parts = switches.map(({ dpid, changes }) => [`switch ${dpid}: ${summary(changes)}`, ...changes.map(changeText)])
  const total = switches.flatMap(({ changes }) => changes)
  return [...parts.flat(), `${app} in all: ${summary(total)}; nothing was sent`].join('\n')
}

interface PlanOptions extends OrderOptions {
  readonly app?: string
  readonly file?: readonly string[]
  readonly output: Format
}

const planFiles = async ({ output, file = [], ...client }: PlanOptions): Promise<void> => {
  const applied = await sendFiles({ ...client, file }, true)
  await print(applied, output, () => appliedText(applied))
}

/** `heddle plan --app FILE`, `heddle plan -f FILE` */
export const plan = (): Command =>
  new Command('plan')
    .description('what loading an app, or applying files, would change; nothing is sent')
    .option('--app <name|file>', "one of heddle's apps, or a file: its flows in each switch")
    .option('--config <file>', "YAML with the app's configuration")
    .option(
      '-f, --file <file|dir>',
      'what is wanted, as heddle apply takes it (repeatable)',
      (value: string, list: string[] = []) => [...list, value],
    )
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (options: PlanOptions) => {
      if ((options.app === undefined) === (options.file === undefined)) {
        throw new CliError('either --app NAME or -f FILE is expected')
      }
      if (options.app === undefined) return planFiles(options)
      const answer = await order<Plan>(options, '/v1/plan', options.app)
      return print(answer, options.output, () => planText(answer))
    })
