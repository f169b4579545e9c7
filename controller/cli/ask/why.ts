import { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { ask, type ClientOptions } from './client.ts'
import { apiOption, type Format, outputOption, print } from './output.ts'

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

/** `heddle why DPID FLOW` */
export const why = (): Command =>
  new Command('why')
    .description('which app, rule and object made a flow')
    .argument('<dpid>', 'the switch, as heddle get switches shows it')
    .argument('<flow...>', "a cookie, or a flow as ovs-ofctl's dump-flows prints it")
    .addOption(outputOption())
    .addOption(apiOption())
    .action(async (dpid: string, words: string[], options: ClientOptions & { readonly output: Format }) => {
      const flow = words.join(' ')
      const found = await ask<readonly Why[]>(options, 'GET', '/v1/why', { query: { dpid, flow } })
      await print(found, options.output, () => found.map(whyText).join('\n'))
      if (found.length === 0) throw new CliError(`nobody wants such a flow in ${dpid}, and nobody else has made one`)
    })
