import type { GivenController } from '../controller.ts'
import { LabError } from '../errors.ts'
import type { LabFolder, LabRecord } from '../folder.ts'
import type { Kind } from '../kind.ts'
import { ask } from './client.ts'
import { startSimulation } from './process.ts'

/** Milliseconds in which a host has to confirm its tables. */
const deadline = 60_000

/** A path is that of a unix socket. */
const targetOf = (where: string): string => (/^(tcp|unix):/.test(where) ? where : `unix:${where}`)

const targetsOf = ({ openflow, ovsdb }: GivenController) => ({ openflow: targetOf(openflow), ovsdb: targetOf(ovsdb) })

/** Waits until nothing is left to wait for. @throws LabError naming what is */
const waitFor = async (left: () => Promise<readonly string[]>, what: string): Promise<void> => {
  const end = Date.now() + deadline
  for (let names = await left(); names.length > 0; names = await left()) {
    if (Date.now() > end) throw new LabError(`${names.join(', ')}: ${what} within ${deadline} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Simulated hosts and containers, in one process. */
export const simulatedKind = (folder: LabFolder, { description }: LabRecord): Kind => ({
  check: () => undefined,
  build: (step) => step(`${description.hosts.length} simulated hosts`, () => startSimulation(folder)),
  async manage(controller) {
    await ask(folder, 'manage', targetsOf(controller))
  },
  async plug(assigned) {
    await waitFor(() => ask(folder, 'unready', null), 'the controller made no integration bridge')
    await ask(folder, 'plug', assigned)
  },
  waitInstalled: () => waitFor(() => ask(folder, 'uninstalled', null), 'the flows are not all there'),
})
