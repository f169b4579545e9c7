import { basename } from 'node:path'
import { styleText } from 'node:util'
import { Command, Option } from 'commander'
import { YamlError } from '../../controller/yaml/index.ts'
import { CommandError } from '../ovs/shell.ts'
import { capture } from './capture.ts'
import { takeDown } from './down.ts'
import { LabError } from './errors.ts'
import { execute } from './exec.ts'
import { LabFolder, type LabRecord, pickLab } from './folder.ts'
import { cutLink, healLinks } from './links.ts'
import { matrixText, verdictText } from './matrix.ts'
import { pingAll, surprises } from './ping.ts'
import { readLab } from './read.ts'
import { statusOf, statusText } from './status.ts'
import { bringUp } from './up.ts'

interface Named {
  readonly name?: string
}

interface Printed extends Named {
  readonly output: 'table' | 'json'
}

interface UpFlags extends Named {
  readonly api?: string
  readonly openflow?: string
  readonly ovsdb?: string
}

const nameOption = (): Option => new Option('--name <lab>', 'which lab; the only one unless given')
const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table')

/** The lab that is meant, and what it is. */
const opened = ({ name }: Named): { readonly folder: LabFolder; readonly record: LabRecord } => {
  const folder = pickLab(name)
  const { record } = folder
  if (record) return { folder, record }
  throw new LabError(`lab ${folder.name} was not begun: heddle lab down --name ${folder.name} removes it`)
}

const json = (value: unknown): void => console.log(JSON.stringify(value, undefined, 2))

/** One line for each step once it has ended, on standard error. */
const progress = (title: string, took?: number): void => {
  if (took !== undefined) {
    console.error(`${styleText('green', '✔')} ${title} ${styleText('dim', `${(took / 1000).toFixed(1)} s`)}`)
  }
}

const givenController = ({ api, openflow, ovsdb }: UpFlags) => {
  if (api === undefined && openflow === undefined && ovsdb === undefined) return {}
  if (api !== undefined && openflow !== undefined && ovsdb !== undefined)
    return { controller: { api, openflow, ovsdb } }
  throw new LabError('--api, --openflow and --ovsdb belong together: they name a controller that runs already')
}

/** The lab that Ctrl-C leaves half-built is removed. */
const removeAtSignal = (folder: LabFolder): (() => void) => {
  const remove = (): void => {
    console.error(`removing lab ${folder.name}`)
    takeDown(folder).then(
      () => process.exit(130),
      (error: Error) => {
        console.error(`${error.message}\nheddle lab down --name ${folder.name} tries again`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, remove)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, remove)
  }
}

const up = async (file: string, flags: UpFlags): Promise<void> => {
  if (process.getuid?.() !== 0) {
    throw new LabError(
      'a lab makes network namespaces and starts Open vSwitch in them, which takes root: sudo heddle lab up',
    )
  }
  const folder = new LabFolder(flags.name ?? basename(file).replace(/\.[^.]*$/, ''))
  const lab = readLab(file)
  const keep = removeAtSignal(folder)
  await bringUp(folder, lab, { ...givenController(flags), progress })
  keep()
  const { api } = folder.facts
  console.error(`lab ${folder.name} is up. To try: heddle lab ping; heddle lab status; heddle get hosts --api ${api}`)
}

const down = async ({ name }: Named): Promise<void> => {
  const folder = pickLab(name)
  await takeDown(folder)
  console.error(`lab ${folder.name} is gone`)
}

const status = async (options: Printed): Promise<void> => {
  const { folder, record } = opened(options)
  const found = await statusOf(folder, record)
  if (options.output === 'json') json(found)
  else console.log(statusText(found))
}

const ping = async (options: Printed): Promise<void> => {
  const { folder, record } = opened(options)
  const { cards } = folder.facts
  if (!cards) throw new LabError(`lab ${folder.name} has no containers yet`)
  const pairs = await pingAll(record.name, cards)
  if (options.output === 'json') json({ pairs })
  else console.log(`${matrixText(pairs)}\n${verdictText(pairs)}`)
  if (surprises(pairs).length > 0) process.exitCode = 1
}

const cut = async (name: string, options: Named): Promise<void> => {
  const { folder, record } = opened(options)
  const { between } = await cutLink(folder, record, name)
  console.error(`cut: the link between ${between}. heddle lab heal joins it again`)
}

const heal = async (names: readonly string[], options: Named): Promise<void> => {
  const { folder, record } = opened(options)
  const healed = await healLinks(folder, record, names)
  console.error(healed.length === 0 ? 'nothing is cut' : `healed: ${healed.join(', ')}`)
}

/** Shows what the user can mend as it is, and exits 1. */
const complain = (error: unknown): void => {
  if (!(error instanceof LabError || error instanceof YamlError || error instanceof CommandError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

type Action<A extends unknown[]> = (...args: A) => Promise<void>

const guarded =
  <A extends unknown[]>(action: Action<A>): Action<A> =>
  (...args) =>
    action(...args).catch(complain)

const upCommand = (): Command =>
  new Command('up')
    .description('build a lab from its description, with a controller of its own')
    .argument('<file>', 'YAML: underlay, hosts, networks, subnets, ports, containers')
    .option('--name <lab>', "its name; the file's unless given")
    .option('--api <host:port>', 'the HTTP API of a controller that runs already, in place of one of its own')
    .option('--openflow <path>', "that controller's unix socket for bridges")
    .option('--ovsdb <path>', "that controller's unix socket for databases")
    .action(guarded(up))

const execCommand = (): Command =>
  new Command('exec')
    .description('run a command in a container, on a host or in the underlay')
    .argument('<place>', 'its name, or underlay')
    .argument('<command...>', 'after --')
    .addOption(nameOption())
    .passThroughOptions()
    .action(
      guarded(async (place: string, command: string[], options: Named) => {
        const { folder, record } = opened(options)
        process.exitCode = await execute(folder, record, place, command)
      }),
    )

const captureCommand = (): Command =>
  new Command('capture')
    .description('show the packets on a link, or write them to a pcap file')
    .argument('<link>', 'a host, a container or an underlay subnet')
    .argument('[filter...]', "as pcap-filter(7) has it, such as 'arp'")
    .option('-w, --write <file>', 'a pcap file, or - for standard output')
    .option('-c, --count <number>', 'end after so many packets')
    .addOption(nameOption())
    .action(
      guarded(async (link: string, filter: string[], options: Named & { write?: string; count?: string }) => {
        process.exitCode = await capture(opened(options).record, link, { ...options, filter })
      }),
    )

/** `heddle lab …` */
export const labCommand = (): Command =>
  new Command('heddle lab')
    .description('hosts with Open vSwitch, an underlay and containers on this machine, from a description in YAML')
    .enablePositionalOptions()
    .addCommand(upCommand())
    .addCommand(
      new Command('status')
        .description('hosts, containers and links')
        .addOption(nameOption())
        .addOption(outputOption())
        .action(guarded(status)),
    )
    .addCommand(execCommand())
    .addCommand(
      new Command('ping')
        .description('every container pings every other; exits 1 where that is not as expected')
        .addOption(nameOption())
        .addOption(outputOption())
        .action(guarded(ping)),
    )
    .addCommand(
      new Command('cut')
        .description('cut a link')
        .argument('<link>', 'a host, a container or an underlay subnet')
        .addOption(nameOption())
        .action(guarded(cut)),
    )
    .addCommand(
      new Command('heal')
        .description('join what was cut')
        .argument('[link...]', 'all unless given')
        .addOption(nameOption())
        .action(guarded(heal)),
    )
    .addCommand(captureCommand())
    .addCommand(
      new Command('down')
        .description('remove a lab, whatever of it was made')
        .addOption(nameOption())
        .action(guarded(down)),
    )
