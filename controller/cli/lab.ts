import { Command } from 'commander'

/** `heddle lab …`; what builds labs is loaded when it is asked for. */
export const lab = (): Command =>
  new Command('lab')
    .description('build hosts with Open vSwitch, an underlay and containers on this machine, and try them')
    .argument('[words...]', 'heddle lab --help says more')
    .allowUnknownOption()
    .helpOption(false)
    .action(async () => {
      const { labCommand } = await import('../../topology/lab/command.ts')
      await labCommand().parseAsync(process.argv.slice(3), { from: 'user' })
    })
