import { Command } from 'commander'
import { supported } from '../../openflow/index.ts'
import { columns } from '../columns.ts'

const run = ({ json }: { readonly json?: true }): void => {
  if (json) {
    console.log(JSON.stringify(supported(), undefined, 2))
    return
  }
  const sections = Object.entries(supported()).map(
    ([title, rows]) => `${title.toUpperCase()} (${rows.length})\n${columns(rows)}`,
  )
  console.log(sections.join('\n\n'))
}

/** `heddle openflow coverage` */
export const coverage = (): Command =>
  new Command('coverage')
    .description('print what the codec supports: messages, fields, actions and the rest')
    .option('--json', 'one JSON object, a list for each table')
    .action(run)
