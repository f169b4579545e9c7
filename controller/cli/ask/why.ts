import { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { TraceOptions } from '../trace/question.ts'
import { withPacketOptions } from '../trace/trace.ts'
import { ask, type ClientOptions } from './client.ts'
import { apiOption, outputOption, print } from './output.ts'

interface Why {
  readonly is: 'wanted' | 'overruled' | 'refused' | 'foreign' | 'kept' | 'cookie'
  readonly app: string
  readonly rule: string
  readonly object: string
  readonly cookie: string
  readonly drop?: string
  readonly flow: string
}

const sentence: Readonly<Record<Why['is'], string>> = {
  wanted: 'wanted by',
  overruled: 'another rule stands before',
  refused: 'the switch refused it from',
  foreign: 'made by somebody else, and left alone',
  kept: 'kept for an app that could not be loaded:',
  cookie: 'no such flow is wanted now; its cookie is that of',
}

const whyText = ({ is, app, rule, object, cookie, drop, flow }: Why): string => {
  const owner =
    app === '' ? '' : ` app ${app}${rule === '' ? '' : `, rule ${rule}`}${object === '' ? '' : `, object ${object}`}`
  const lines = [flow, `  ${sentence[is]}${owner}`, drop === undefined ? '' : `  drops: ${drop}`, `  cookie ${cookie}`]
  return lines.filter((line) => line !== '').join('\n')
}

const whyFlow = async (dpid: string, flow: string, options: TraceOptions): Promise<void> => {
  const found = await ask<readonly Why[]>(options, 'GET', '/v1/why', { query: { dpid, flow } })
  await print(found, options.output, () => found.map(whyText).join('\n'))
  if (found.length === 0) throw new CliError(`nobody wants such a flow in ${dpid}, and nobody else has made one`)
}

/** Ids of switches; a port may be called so, too. */
const dpidForm = /^(0x)?[0-9a-f:]{1,23}$/i

/** Whether a flow of a switch is asked for, and not a packet from a port. */
const isAboutFlow = async (first: string, words: readonly string[], options: ClientOptions): Promise<boolean> => {
  if (words.some((word) => word.includes('='))) return true
  if (!dpidForm.test(first)) return false
  const ports = await ask<readonly { readonly id: string }[]>(options, 'GET', '/v1/ports')
  return ports.every(({ id }) => id !== first)
}

/** `heddle why FROM TO [PACKET]`, `heddle why DPID FLOW` */
export const why = (): Command =>
  withPacketOptions(
    new Command('why')
      .description('why a packet of a container arrives or not; or which app, rule and object made a flow')
      .usage('[options] <from> <to> [tcp/80|udp/53|icmp|arp]\n       heddle why [options] <dpid> <flow...>')
      .argument('<from>', 'port of a network; or a switch, as heddle get switches shows it')
      .argument(
        '<to...>',
        "port, IP or Ethernet address, and what is sent; or a cookie, or a flow as ovs-ofctl's dump-flows prints it",
      ),
  )
    .option('--no-reply', 'not the answer of who gets the packet')
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (first: string, words: string[], options: TraceOptions) => {
      if (await isAboutFlow(first, words, options)) return whyFlow(first, words.join(' '), options)
      const [to = '', packet = 'icmp', ...more] = words
      if (more.length > 0) throw new CliError(`${more.join(' ')}: more than FROM, TO and a packet such as tcp/80`)
      const { answerWhy } = await import('../trace/command.ts')
      return answerWhy([first, to, packet], options)
    })
