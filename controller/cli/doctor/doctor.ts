import { styleText } from 'node:util'
import { Command } from 'commander'
import { ask, type ClientOptions } from '../ask/client.ts'
import { apiOption, type Format, outputOption, print } from '../ask/output.ts'
import { examineBridges } from './bridges.ts'
import type { Diagnosis } from './diagnosis.ts'
import { openOvsdb } from './ovsdb.ts'

interface DoctorOptions extends ClientOptions {
  readonly output: Format
  readonly db?: string
}

const colours: Readonly<Record<string, 'red' | 'yellow' | 'dim'>> = { error: 'red', warning: 'yellow', note: 'dim' }

const textOf = ({ level, bridge, dpid, finding, mend }: Diagnosis): string => {
  const title = process.stdout.isTTY ? styleText(colours[level] ?? 'dim', level) : level
  const where = dpid === undefined ? '' : `${bridge} (${dpid}): `
  return `${title}: ${where}${finding}${mend === undefined ? '' : `\n  mend: ${mend}`}`
}

const reportText = (found: readonly Diagnosis[]): string =>
  found.length === 0 ? 'all is well' : found.map(textOf).join('\n')

/** What the database of this machine shows; a note where it cannot be read. */
const examineMachine = async (db: string | undefined): Promise<Diagnosis[]> => {
  try {
    return await examineBridges(openOvsdb(db))
  } catch {
    const finding = 'ovs-vsctl reaches no database here: fail_mode and controller settings of bridges were not checked'
    return [{ level: 'note', finding, mend: 'heddle doctor, on the machine of the bridge; --db names its database' }]
  }
}

/** `heddle doctor`: exits 1 where it finds an error. */
export const doctor = (): Command =>
  new Command('doctor')
    .description('what is amiss with the controller and the bridges, and the command that mends it')
    .option('--db <address>', "the database of this machine's Open vSwitch, as ovs-vsctl takes it")
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (options: DoctorOptions) => {
      const [shown, machine] = await Promise.all([
        ask<readonly Diagnosis[]>(options, 'GET', '/v1/doctor'),
        examineMachine(options.db),
      ])
      const found = [...shown, ...machine]
      await print(found, options.output, () => reportText(found))
      if (found.some(({ level }) => level === 'error')) process.exitCode = 1
    })
