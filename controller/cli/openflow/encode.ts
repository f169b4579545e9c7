import { Argument, Command } from 'commander'
import {
  encodeMessage,
  type Message,
  parseFlowMod,
  parseGroupMod,
  parseMeterMod,
  parsePacketOut,
  toHex,
} from '../../openflow/index.ts'

const parsers = {
  'flow-mod': parseFlowMod,
  'group-mod': parseGroupMod,
  'meter-mod': parseMeterMod,
  'packet-out': parsePacketOut,
} as const satisfies Readonly<Record<string, (text: string) => Message>>

const run = (kind: keyof typeof parsers, text: string): void => console.log(toHex(encodeMessage(parsers[kind](text))))

/** `heddle openflow encode` */
export const encode = (): Command =>
  new Command('encode')
    .description('print the OpenFlow 1.3 message of a text in hexadecimal')
    .addArgument(new Argument('<kind>', 'what the text is').choices(Object.keys(parsers)))
    .argument('<text>', "in ovs-ofctl's syntax, such as 'tcp,tp_dst=80,actions=output:2'")
    .action(run)
