import { startController } from '../lab/controller.ts'
import { controllersOf } from '../lab/down.ts'
import { isSimulated, type LabFolder } from '../lab/folder.ts'
import { inNamespace } from '../lab/ip.ts'
import { namespaceOf } from '../lab/names.ts'
import { killAll } from '../lab/processes.ts'
import { simulatedAsker } from '../lab/sim/ping.ts'
import { CommandError } from '../ovs/shell.ts'

/** What a ping saw while the controller was away. */
export interface Crash {
  readonly sent: number
  readonly lost: number
  /** Milliseconds from the kill until the API answered again. */
  readonly restart: number
}

const count = 50
const interval = 0.1 // seconds

type Pinged = Pick<Crash, 'sent' | 'lost'>

const printedBy = async (lab: string, from: string, address: string): Promise<string> => {
  try {
    const options = ['-n', '-c', String(count), '-i', String(interval), '-W', '1']
    return await inNamespace(namespaceOf(lab, from), 'ping', ...options, address)
  } catch (error) {
    // ping(8): 1 is that packets were lost.
    if (error instanceof CommandError && error.code === 1) return error.output.stdout
    throw error
  }
}

const pinged = async ({ name }: LabFolder, from: string, address: string): Promise<Pinged> => {
  const printed = await printedBy(name, from, address)
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(printed) ?? []
  return { sent: Number(sent), lost: Number(sent) - Number(received) }
}

/** The same of a simulated container. */
const simulated = async (folder: LabFolder, from: string, address: string): Promise<Pinged> => {
  const ask = simulatedAsker(folder)
  const answers: ReturnType<typeof ask>[] = []
  for (let sent = 0; sent < count; sent++) {
    answers.push(ask([{ from, address, seconds: 1, wantsNeighbour: false, once: true }]))
    await new Promise((resolve) => setTimeout(resolve, interval * 1000))
  }
  return { sent: count, lost: (await Promise.all(answers)).flat().filter(({ ms }) => ms === null).length }
}

/** Kills the controller with -9 under a running ping, and starts it again at the same address. */
export const crash = async (folder: LabFolder, from: string, address: string): Promise<Crash> => {
  const running = (isSimulated(folder) ? simulated : pinged)(folder, from, address)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const begin = Date.now()
  await killAll(controllersOf(folder))
  await startController(folder, folder.facts.api)
  const restart = Date.now() - begin
  return { ...(await running), restart }
}
