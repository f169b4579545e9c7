import { heddle } from '../lab/controller.ts'
import { LabError } from '../lab/errors.ts'
import type { LabFolder } from '../lab/folder.ts'
import { askerOf } from '../lab/sim/ping.ts'
import { CommandError, run } from '../ovs/shell.ts'

interface Probe {
  readonly from: string
  readonly address: string
  readonly reaches: boolean
  readonly what: string
}

/** Ways outside and from there, as the lab's file has them. */
const probes: readonly Probe[] = [
  { from: 'web1', address: '198.51.100.1', reaches: true, what: 'to the outside, under its floating address' },
  { from: 'web3', address: '198.51.100.1', reaches: true, what: "to the outside, under the router's address" },
  { from: 'server', address: '203.0.113.11', reaches: true, what: 'from outside, to the floating address of web1' },
  { from: 'app1', address: '198.51.100.1', reaches: false, what: 'the other tenant has no way outside' },
]

/**
 * Pings by addresses that are translated; gives a line for each.
 *
 * @throws LabError where one is not as the lab's file has it
 */
export const probeOutside = async (folder: LabFolder): Promise<string[]> => {
  const asked = probes.map(({ from, address, reaches }) => ({
    ...{ from, address, seconds: reaches ? 3 : 1, wantsNeighbour: false },
  }))
  const answers = (await askerOf(folder)(asked)).map(({ ms }) => ms !== null)
  const lines = probes.map(({ from, address, what }, at) => {
    return `  ${from.padEnd(6)} > ${address.padEnd(12)}  ${answers[at] ? 'answered' : 'nothing '}  ${what}`
  })
  if (probes.every(({ reaches }, at) => reaches === answers[at])) return lines
  throw new LabError(`not as it should be\n${lines.join('\n')}`)
}

/** What is asked of `heddle why`, and how its answer begins. */
const questions = [
  { words: ['web1', 'db1', 'tcp/5432'], begins: 'web1 reaches db1' },
  { words: ['web1', 'db1', 'tcp/22'], begins: 'web1 does not reach db1' },
] as const

const answerOf = async (words: readonly string[], api: string): Promise<string> => {
  try {
    return await run(process.execPath, [heddle(), 'why', ...words, '--api', api])
  } catch (error) {
    // What does not arrive has it end with 1.
    if (error instanceof CommandError && error.code === 1) return error.output.stdout
    throw error
  }
}

/**
 * Asks why packets pass the firewall or not, of the flows that the switches hold.
 *
 * @throws LabError where an answer is another than the lab's file lets expect
 */
export const askWhy = async ({ facts: { api = '' } }: LabFolder): Promise<string[]> => {
  const answers = await Promise.all(questions.map(({ words }) => answerOf(words, api)))
  return questions.map(({ words, begins }, at) => {
    const answer = (answers[at] ?? '').trim()
    const command = `heddle why ${words.join(' ')}`
    if (!answer.startsWith(begins)) throw new LabError(`${command}: it was to begin with ${begins}\n${answer}`)
    return `  $ ${command}\n${answer.replaceAll(/^/gm, '  ')}`
  })
}
