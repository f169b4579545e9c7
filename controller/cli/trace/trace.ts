import { Command, Option } from 'commander'
import { apiOption, outputOption } from '../ask/output.ts'
import type { TraceOptions } from './question.ts'

/** Options that say more of the packet. */
export const withPacketOptions = (command: Command): Command =>
  command
    .addOption(new Option('--family <family>', 'of IP, where both have addresses of both').choices(['4', '6']))
    .option('--source <address>', 'as if it were sent under this IP address')
    .option('--source-mac <address>', 'as if it were sent under this Ethernet address')
    .option('--source-port <number>', 'of TCP and UDP [49152]')
    .option('--ttl <number>', 'of the packet [64]')
    .option('--size <bytes>', 'of the IP packet; as few as it takes unless given')

/** `heddle trace FROM TO [WHAT]`; the simulated switch is loaded when it is asked for. */
export const trace = (): Command =>
  withPacketOptions(
    new Command('trace')
      .description('every step of a packet from a container, through what the switches hold now')
      .argument('<from>', 'port of a network, as heddle get ports shows it')
      .argument('<to>', 'port, IP or Ethernet address')
      .argument('[packet]', 'tcp/80, udp/53, icmp or arp', 'icmp'),
  )
    .option('--reply', 'the answer, too')
    .option('--live', 'send 7 such packets through the switches, and compare what they count; the receiver gets them')
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (from: string, to: string, packet: string, options: TraceOptions) => {
      const { answerTrace } = await import('./command.ts')
      await answerTrace([from, to, packet], options)
    })
