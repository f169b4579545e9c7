import { Command, Option } from 'commander'
import { YamlError } from '../../controller/yaml/index.ts'
import { CommandError } from '../ovs/shell.ts'
import { captureLink, cut, down, exec, heal, ping, type RatesFlags, rates, status, up } from './actions.ts'
import { LabError } from './errors.ts'
import { LabFolder, labNames } from './folder.ts'
import { simulateWord } from './names.ts'
import { simulate } from './sim/process.ts'

const nameOption = (): Option => new Option('--name <lab>', 'which lab; the only one unless given')
const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table')

/** Runs an action for its exit code; what the user can mend is shown as it is. */
const exiting =
  <A extends unknown[]>(action: (...args: A) => Promise<number>) =>
  async (...args: A): Promise<void> => {
    try {
      process.exitCode = await action(...args)
    } catch (error) {
      if (!(error instanceof LabError || error instanceof YamlError || error instanceof CommandError)) throw error
      console.error(error.message)
      process.exitCode = 1
    }
  }

const upCommand = (): Command =>
  new Command('up')
    .description('build a lab from its description, with a controller of its own')
    .argument('<file>', 'YAML: underlay, hosts, containers, and what heddle apply takes')
    .option('--name <lab>', "its name; the file's unless given")
    .option('--sim', 'with simulated hosts: needs no root, no Open vSwitch and no namespaces')
    .option('--api <host:port>', 'the HTTP API of a controller that runs already, in place of one of its own')
    .option('--openflow <path>', "that controller's unix socket for bridges; with --sim also tcp:IP:PORT")
    .option('--ovsdb <path>', "that controller's unix socket for databases; with --sim also tcp:IP:PORT")
    .action(exiting(up))

const execCommand = (): Command =>
  new Command('exec')
    .description('run a command in a container, on a host or in the underlay')
    .argument('<place>', 'its name, or underlay')
    .argument('<command...>', 'after --')
    .addOption(nameOption())
    .passThroughOptions()
    .action(exiting(exec))

const captureCommand = (): Command =>
  new Command('capture')
    .description('show the packets on a link, or write them to a pcap file')
    .argument('<link>', 'a host, a container or an underlay subnet')
    .argument('[filter...]', 'as pcap-filter(7) has it, such as: udp port 4789')
    .option('-w, --write <file>', 'a pcap file, or - for standard output')
    .option('-c, --count <number>', 'end after so many packets')
    .addOption(nameOption())
    .action(exiting(captureLink))

const statusCommand = (): Command =>
  new Command('status')
    .description('hosts, containers and what is cut')
    .addOption(nameOption())
    .addOption(outputOption())
    .action(exiting(status))

const pingCommand = (): Command =>
  new Command('ping')
    .description('every container pings every other; exits 1 where that is not as expected')
    .addOption(nameOption())
    .addOption(outputOption())
    .action(exiting(ping))

const cutCommand = (): Command =>
  new Command('cut')
    .description('cut a link')
    .argument('<link>', 'a host, a container or an underlay subnet')
    .addOption(nameOption())
    .action(exiting(cut))

const healCommand = (): Command =>
  new Command('heal')
    .description('join what was cut')
    .argument('[link...]', 'all unless given')
    .addOption(nameOption())
    .action(exiting(heal))

const downCommand = (): Command =>
  new Command('down').description('remove a lab, whatever of it was made').addOption(nameOption()).action(exiting(down))

/** What `lab up --sim` leaves running. */
const simulateCommand = (): Command =>
  new Command(simulateWord).argument('<folder>', 'of the lab').action(exiting(simulate))

/** `heddle lab …` */
export const labCommand = (): Command =>
  new Command('heddle lab')
    .description('hosts with Open vSwitch, an underlay and containers on this machine, from a description in YAML')
    .enablePositionalOptions()
    .addCommand(upCommand())
    .addCommand(statusCommand())
    .addCommand(execCommand())
    .addCommand(pingCommand())
    .addCommand(cutCommand())
    .addCommand(healCommand())
    .addCommand(captureCommand())
    .addCommand(downCommand())
    .addCommand(simulateCommand(), { hidden: true })

/** The lab of this machine that has a container with this port; the first by name. */
export const labWithPort = (port: string): string | undefined =>
  labNames().find((name) => {
    const cards = Object.values(new LabFolder(name).facts.cards ?? {}).flat()
    return cards.some((card) => card.port === port)
  })

/** Measures what a port of a lab was asked to have; sets the exit code of this process. */
export const testRates = (port: string, flags: RatesFlags): Promise<void> => exiting(rates)(port, flags)
