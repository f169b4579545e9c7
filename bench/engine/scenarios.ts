import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ChangeCost, measureChanges } from './change.ts'
import { type Handshakes, measureHandshakes } from './handshake.ts'
import { type Delivery, measureDelivery, type Spread } from './million.ts'
import { measureProgramming, type Programming } from './program.ts'

/** What is measured, each in a process of its own so that none leaves its garbage to the next. */
export const scenarios = {
  handshakes: (switches: number): Promise<Handshakes> => measureHandshakes(switches),
  delivery: (spread: Spread, flows: number, hosts: number): Promise<Delivery> => measureDelivery(spread, flows, hosts),
  changes: (objects: number): Promise<ChangeCost[]> => measureChanges(objects),
  programming: (flows: number, rounds: number): Promise<Programming> => measureProgramming(flows, rounds),
} as const

type Scenarios = typeof scenarios

/** Runs a scenario in a new process. */
export const inProcess = <Name extends keyof Scenarios>(
  name: Name,
  ...args: Parameters<Scenarios[Name]>
): ReturnType<Scenarios[Name]> => {
  const file = fileURLToPath(new URL('./scenario-process.ts', import.meta.url))
  const child = fork(file, [name, JSON.stringify(args)], { execArgv: ['--import', 'tsx'] })
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)))
  }) as ReturnType<Scenarios[Name]>
}
