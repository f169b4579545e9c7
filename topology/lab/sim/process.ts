import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isAlive } from '../../ovs/process.ts'
import { heddle } from '../controller.ts'
import { LabError } from '../errors.ts'
import { LabFolder, labsFolder } from '../folder.ts'
import { simulateWord } from '../names.ts'
import { controlSocket } from './client.ts'
import { listen } from './control.ts'
import { World } from './world.ts'

/** Milliseconds: in a checkout its sources are compiled at each start, on a machine that may have much else to do. */
const startDeadline = 120_000

/** Holds all hosts of a lab until it is told to end: what `heddle lab simulate FOLDER` does. */
export const simulate = async (path: string): Promise<number> => {
  const folder = new LabFolder(basename(path))
  const { record } = folder
  if (!record) throw new LabError(`there is no lab in ${path}`)
  const world = new World(record.description, (host) => folder.part(host))
  const server = await listen(world, controlSocket(folder))
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  world.close()
  server.close()
  server.closeAllConnections()
  return 0
}

/**
 * Starts the process that simulates a lab's hosts; it goes on when this one ends.
 *
 * @throws LabError with what it said, where it ends or takes too long
 */
export const startSimulation = async (folder: LabFolder): Promise<void> => {
  const file = folder.part('sim.log')
  const log = openSync(file, 'w')
  const child = spawn(process.execPath, [heddle(), 'lab', simulateWord, folder.path], {
    ...{ detached: true, stdio: ['ignore', log, log] },
    env: { ...process.env, HEDDLE_LABS: labsFolder() },
  })
  closeSync(log)
  child.unref()
  const end = Date.now() + startDeadline
  while (!existsSync(controlSocket(folder))) {
    const isThere = child.pid !== undefined && isAlive(child.pid)
    if (!isThere || Date.now() > end) {
      throw new LabError(`the simulated hosts did not start:\n${readFileSync(file, 'utf8').slice(0, 2000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
