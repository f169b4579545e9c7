import { Argument, Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { ask, type ClientOptions } from './client.ts'
import { networkKinds } from './network-kinds.ts'
import { apiOption, type Columns, type Format, outputOption, print, table } from './output.ts'
import { type Kinds, type Row, text } from './rows.ts'

/** Options that choose among what is listed, and the kinds that have them. */
const choosing = {
  dpid: ['flows', 'drops', 'rules', 'switches', 'switch-ports', 'switch-groups', 'meters', 'foreign'],
  app: ['flows', 'drops'],
  table: ['flows'],
  counters: ['flows'],
  network: ['subnets', 'ports', 'policies', 'ipam', 'leases'],
  group: ['ports', 'policies'],
  router: ['nat', 'translations', 'connections', 'leases'],
  limit: ['flows', 'connections', 'history'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Counts of the packets for an app. */
const packets =
  (name: string) =>
  (row: Row): string =>
    String((row.packetIns as unknown as Row | undefined)?.[name] ?? '')

const owner: Columns<Row> = {
  app: text('app'),
  rule: (row) => (row.missing === true ? '(app missing)' : text('rule')(row)),
  object: text('object'),
}
const counters: Columns<Row> = { packets: text('packets'), bytes: text('bytes'), age: text('age') }

const flow: Columns<Row> = {
  dpid: text('dpid'),
  table: text('table'),
  priority: text('priority'),
  match: (row) => text('match')(row) || 'any',
  actions: text('actions'),
}

/** Where the API has it under another name than people. */
const paths: Readonly<Record<string, string>> = { leases: 'ipam/leases' }

/** What can be listed, with its columns, and what to say where there is none. */
const kinds: Kinds = {
  ...networkKinds,
  switches: {
    columns: {
      dpid: text('dpid'),
      openflow: text('openflow'),
      bridge: text('bridge'),
      address: text('address'),
      software: text('software'),
      ports: text('ports'),
      flows: text('flows'),
      foreign: text('foreign'),
      'in sync': (row) => (row.inSync === true ? 'yes' : 'no'),
    },
    none: 'no switch is connected; heddle doctor says more',
  },
  'switch-ports': {
    columns: { dpid: text('dpid'), port: text('port'), name: text('name'), mac: text('mac'), state: text('state') },
    none: 'no switch is connected',
  },
  flows: { columns: { ...flow, ...owner }, none: 'apps want no flows in connected switches' },
  drops: {
    columns: {
      ...{ host: text('host'), dpid: text('dpid'), app: text('app'), reason: text('drop') },
      ...{ packets: text('packets'), bytes: text('bytes') },
    },
    none: 'no app drops anything in connected switches',
  },
  rules: {
    columns: {
      ...{ policy: text('policy'), rule: text('rule'), direction: text('direction'), action: text('action') },
      audited: (row) => (row.audited === true ? 'yes' : ''),
      ...{ packets: text('packets'), bytes: text('bytes') },
    },
    none: 'there is no policy with rules; heddle apply -f FILE makes some',
  },
  'switch-groups': { columns: { dpid: text('dpid'), group: text('text'), ...owner }, none: 'apps want no groups' },
  meters: { columns: { dpid: text('dpid'), meter: text('text'), ...owner }, none: 'apps want no meters' },
  foreign: { columns: { ...flow, cookie: text('cookie') }, none: 'there are no flows that others made' },
  apps: {
    columns: {
      name: text('name'),
      status: text('status'),
      source: text('source'),
      remembered: (row) => (row.remembered === true ? 'yes' : 'no'),
      'packet-ins': packets('delivered'),
      queued: packets('queued'),
      dropped: packets('dropped'),
      unsent: text('unsent'),
    },
    none: 'no app is loaded; try: heddle app load l2-switch',
  },
}

interface GetOptions extends ClientOptions {
  readonly output: Format
  readonly dpid?: string
  readonly app?: string
  readonly table?: string
  readonly counters?: true
  readonly limit?: string
  readonly network?: string
  readonly group?: string
  readonly router?: string
}

interface Flows {
  readonly total: number
  readonly flows: readonly Row[]
}

/** @throws CliError for an option that says nothing about the kind */
const queryOf = (kind: string, options: GetOptions): Readonly<Record<string, string>> => {
  const query: Record<string, string> = {}
  for (const [name, kinds] of Object.entries(choosing)) {
    const value = options[name as keyof typeof choosing]
    if (value === undefined) continue
    if (!(kinds as readonly string[]).includes(kind)) {
      throw new CliError(`--${name} says nothing about ${kind}, only about ${kinds.join(', ')}`)
    }
    query[name] = String(value)
  }
  return query
}

/** What was asked for, where that may be why there is none. */
const asked = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .filter(([name]) => name !== 'counters' && name !== 'limit')
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')

/** Lists what the running controller has of a kind. */
export const list = async (kind: string, options: GetOptions): Promise<void> => {
  const query = queryOf(kind, options)
  const answer = await ask<readonly Row[] | Flows>(options, 'GET', `/v1/${paths[kind] ?? kind}`, { query })
  const rows = 'flows' in answer ? answer.flows : answer
  const { columns, none } = kinds[kind] as (typeof kinds)[string]
  const shown = options.counters && kind === 'flows' ? { ...columns, ...counters } : columns
  await print(rows, options.output, () => table(rows, shown))
  if (rows.length === 0 && options.output === 'table') {
    const which = asked(query)
    console.error(which === '' ? none : `there are no ${kind} with ${which}`)
  }
  if ('flows' in answer && answer.total > rows.length) {
    console.error(`${rows.length} of ${answer.total} flows; --limit N shows more, --dpid, --app and --table choose`)
  }
}

/** `heddle get KIND` */
export const get = (): Command =>
  new Command('get')
    .description('list what the running controller knows')
    .addArgument(new Argument('<kind>').choices(Object.keys(kinds)))
    .addOption(outputOption())
    .option('--dpid <dpid>', 'of one switch')
    .option('--app <name>', 'flows or drops of one app')
    .option('--table <number>', 'flows of one table')
    .option('--counters', 'flows with what the switch has counted')
    .option('--network <id>', 'subnets, ports, policies, ipam and leases of one network')
    .option('--group <id>', 'ports and policies of one group of the firewall')
    .option('--router <id>', 'nat, translations, connections and leases of one router')
    .option('--limit <number>', 'at most so many flows or connections [1000], or changes in the history [50]')
    .addOption(apiOption())
    .action(list)
