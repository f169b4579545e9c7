import { Command } from 'commander'
import { apiOption, type Format, outputOption } from '../ask/output.ts'
import { CliError } from '../cli-error.ts'
import { watchRates } from './watch.ts'

interface TestOptions {
  readonly api?: string
  readonly output: Format
  readonly seconds: string
  readonly with?: string
  readonly lab?: string
}

const test = async (port: string, options: TestOptions): Promise<void> => {
  const { api, seconds, output } = options
  if (!(Number(seconds) > 0)) throw new CliError(`--seconds ${seconds}: a number above 0 is expected`)
  const { labWithPort, testRates } = await import('../../../topology/lab/command.ts')
  const lab = options.lab ?? (api === undefined ? labWithPort(port) : undefined)
  if (lab === undefined) {
    await watchRates(port, Number(seconds), options)
    return
  }
  const other = options.with === undefined ? {} : { with: options.with }
  await testRates(port, { name: lab, seconds, output: output === 'json' ? 'json' : 'table', ...other })
}

/** `heddle qos …` */
export const qos = (): Command =>
  new Command('qos').description('bandwidth of ports').addCommand(
    new Command('test')
      .description(
        'show what a port was asked to have beside what it has: in a lab of this machine by iperf3, ' +
          'elsewhere what its own traffic has for some seconds',
      )
      .argument('<port>', 'its id')
      .option('--seconds <number>', 'for each stream, or of traffic', '5')
      .option('--with <container>', 'in a lab: who is sent to, and sends')
      .option('--lab <name>', 'which lab; the one that has the port unless given')
      .addOption(outputOption())
      .addOption(apiOption())
      .action(test),
  )
