import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ovsEnvironment } from '../../ovs/daemons.ts'
import { LabError } from '../errors.ts'
import type { LabFolder, LabRecord } from '../folder.ts'
import { isThere } from '../tools.ts'
import { ask } from './client.ts'

/** What works on a simulated host: it needs no more than the sockets in the host's folder. */
const hostCommands = ['ovs-vsctl', 'ovs-ofctl', 'ovsdb-client']

const onHost = async (folder: LabFolder, host: string, command: readonly string[]): Promise<number> => {
  const [first = '', ...rest] = command
  if (!hostCommands.includes(first)) {
    throw new LabError(
      `host ${host} is simulated: ${first} cannot run there. ${hostCommands.join(', ')} do; a lab without --sim runs anything`,
    )
  }
  if (!isThere(first)) throw new LabError(`${first} is not here: apt-get install openvswitch-switch`)
  const env = { ...process.env, ...ovsEnvironment(folder.part(host)) }
  const child = spawn(first, rest, { stdio: 'inherit', env })
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}

/** Milliseconds between two requests. */
const pause = 1_000
/** Seconds for an answer. */
const patience = 1

/** `ping [-c COUNT] ADDRESS` */
const pingWords = (words: readonly string[]): { readonly count: number; readonly address: string } | undefined => {
  const [, digits, address = ''] = /^(?:-c (\d+) )?([0-9a-fA-F.:]+)$/.exec(words.join(' ')) ?? []
  return address === '' ? undefined : { count: Number(digits ?? Number.POSITIVE_INFINITY), address }
}

const ping = async (folder: LabFolder, from: string, address: string, count: number): Promise<number> => {
  let received = 0
  for (let sequence = 1; sequence <= count; sequence++) {
    if (sequence > 1) await new Promise((resolve) => setTimeout(resolve, pause))
    const [answer] = await ask(folder, 'ping', [{ from, address, seconds: patience, wantsNeighbour: false }])
    const ms = answer?.ms ?? null
    if (ms !== null) received++
    console.log(
      ms === null
        ? `no answer from ${address}: seq=${sequence}`
        : `answer from ${address}: seq=${sequence} time=${ms.toFixed(2)} ms`,
    )
  }
  console.log(`${count} sent, ${received} received`)
  return received > 0 ? 0 : 1
}

/**
 * Runs a command at a place of a simulated lab: a container pings, on a host the tools of Open vSwitch work.
 *
 * @returns its exit code
 * @throws LabError where it cannot be, and what can
 */
export const executeSimulated = async (
  folder: LabFolder,
  { description: { hosts } }: LabRecord,
  place: string,
  command: readonly string[],
): Promise<number> => {
  if (hosts.some(({ name }) => name === place)) return onHost(folder, place, command)
  const [first = '', ...rest] = command
  const asked = first === 'ping' ? pingWords(rest) : undefined
  if (asked && place !== 'underlay') return ping(folder, place, asked.address, asked.count)
  throw new LabError(
    `${place} is simulated: no commands run there but ping [-c COUNT] ADDRESS. heddle trace and heddle why say what ` +
      'becomes of other packets; a lab without --sim runs anything',
  )
}
