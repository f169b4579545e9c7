import { Command } from 'commander'
import { coverage } from './coverage.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'

/** `heddle openflow …`: the codec on the command line. */
export const openflow = (): Command =>
  new Command('openflow')
    .description("read and write OpenFlow messages; text is ovs-ofctl's")
    .addCommand(decode())
    .addCommand(encode())
    .addCommand(coverage())
