// The thread that watches whether the code of apps returns. It imports little, so that it takes little memory.
import { setInterval } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type Callee, cell } from '../../../engine/calls.ts'
import { type HungApp, HungAppsFile } from '../../../engine/host/hung-apps.ts'
import { openLog } from '../log.ts'
import { pauseMainThread } from './paused.ts'
import type { Numbered, Watched } from './watchdog.ts'

/** How often in a deadline is looked whether something goes on. */
const looks = 20
/** The part of a deadline that the process must have worked: on a busy machine a call takes long without being at fault. */
const leastWork = 1 / 4
/** An internal error of software, as sysexits.h has it. */
const exitCode = 70

const { deadline, hungApps, isTerminal, calls, debugged } = workerData as Watched
const cells = new Int32Array(calls)
const debuggers = new Int32Array(debugged)
const callees = new Map<number, Callee>()

parentPort?.on('message', ({ number, callee }: Numbered) => callees.set(number, callee))

/** Which call is under way; undefined for none. */
const current = (): string | undefined => {
  const callee = Atomics.load(cells, cell.callee)
  return callee === 0 || Atomics.load(debuggers, 0) !== 0 ? undefined : `${callee} ${Atomics.load(cells, cell.calls)}`
}

const calleeNow = (): Callee => callees.get(Atomics.load(cells, cell.callee)) ?? { name: 'of an unknown name' }

/** Notes an app, and says what comes of it: whatever fails here, the process must end. */
const noted = (app: HungApp): string => {
  try {
    new HungAppsFile(hungApps).note(app)
    return '; it is left out until somebody loads or reloads it'
  } catch (error) {
    return `; it will be loaded again, since that could not be noted: ${(error as Error).message}`
  }
}

const end = (callee: Callee, stack: string, stop: (exitCode: number) => void): void => {
  const { name, tables, tried = false } = callee
  const why = `it had not returned for ${deadline} s, and the controller ended\n${stack}`
  const next = tried ? '' : noted({ name, tables, why })
  const what = `app ${name} has not returned for ${deadline} s: the controller ends, switches keep their flows${next}`
  openLog('info', isTerminal).fatal({ app: name, stack }, what)
  stop(exitCode)
}

/** A call has taken so many deadlines, in which the process has worked so many seconds. */
const judge = async (call: string, deadlines: number, worked: number): Promise<void> => {
  const paused = await pauseMainThread()
  if (current() !== call || (paused && worked < deadline * leastWork)) paused?.resume()
  else if (paused) end(calleeNow(), paused.stack, paused.end)
  else {
    const { name } = calleeNow()
    const found = `app ${name} has waited for the system for ${deadline * deadlines} s, and holds up all others`
    openLog('info', isTerminal).error({ app: name }, found)
  }
}

const secondsWorked = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

let watched: string | undefined
let unchanged = 0
let workedBefore = 0
for await (const _ of setInterval((deadline * 1000) / looks)) {
  const call = current()
  unchanged = call !== undefined && call === watched ? unchanged + 1 : 0
  watched = call
  if (unchanged === 0) workedBefore = secondsWorked()
  if (call !== undefined && unchanged > 0 && unchanged % looks === 0) {
    await judge(call, unchanged / looks, secondsWorked() - workedBefore)
  }
}
