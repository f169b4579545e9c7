import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { ovsEnvironment } from '../ovs/daemons.ts'
import { LabError } from './errors.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { namespaceOf, underlayNode } from './names.ts'
import { executeSimulated } from './sim/exec.ts'

const nodesOf = ({ description: { hosts, outside, containers } }: LabRecord): string[] => [
  ...[...containers, ...hosts, ...outside].map(({ name }) => name),
  underlayNode,
]

/**
 * Runs a command in a container, on a host (where ovs-vsctl and the others find its Open vSwitch), on a machine outside
 * or in the underlay, with this process' input and output.
 *
 * @returns its exit code; 128 and the signal's number where one ended it
 * @throws LabError where there is no such place, or no such command
 */
export const execute = async (
  folder: LabFolder,
  record: LabRecord,
  node: string,
  command: readonly string[],
): Promise<number> => {
  const nodes = nodesOf(record)
  if (!nodes.includes(node))
    throw new LabError(`${node} is no container or host of this lab: it has ${nodes.join(', ')}`)
  if (command.length === 0) throw new LabError(`what is ${node} to run? heddle lab exec ${node} -- COMMAND`)
  if (record.datapath === 'sim') return executeSimulated(folder, record, node, command)
  const child = spawn('ip', ['netns', 'exec', namespaceOf(record.name, node), ...command], {
    stdio: 'inherit',
    env: { ...process.env, ...ovsEnvironment(folder.part(node)) },
  })
  // Ctrl-C is for the command; this process waits for what it makes of it.
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  process.off('SIGINT', ignore)
  return code ?? 128 + constants.signals[signal ?? 'SIGTERM']
}
