import { fork } from 'node:child_process'
import { startFleet } from '../engine/fleet.ts'
import { compiledFile } from '../support/compile.ts'
import type { Spread } from '../support/statistics.ts'

/** How much there is of everything. */
export interface Scale {
  readonly hosts: number
  readonly ports: number
  readonly networks: number
  readonly hostsPerNetwork: number
}

/** Many hosts of one controller's; milliseconds and bytes. */
export interface Simulated {
  readonly scale: Scale
  /** Until all that is wanted was in the store, and until every host had confirmed. */
  readonly accepted: number
  readonly confirmed: number
  /** Processor time of the controller for that, and the longest that its event loop stood still. */
  readonly processor: number
  readonly stall: number
  readonly flows: number
  /** Of one host, at the most. */
  readonly flowsMost: number
  /** Of the process once all was confirmed, and at the most. */
  readonly resident: number
  readonly residentMost: number
  /** Live objects and buffers of ports, flows and all that belongs to them. */
  readonly heap: number
  /** One more port: from its request until all hosts of its network had confirmed. */
  readonly added: Spread
  /** Processor time of the controller for it, on average. */
  readonly addedCpu: number
}

export type FromSimulated =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'measured'; readonly measured: Simulated }

/** Measures a controller in a process of its own; its hosts are in another. */
export const measureSimulated = async (scale: Scale): Promise<Simulated> => {
  const fleet = await startFleet()
  const child = fork(compiledFile('bench/overlay/simulated-process'), [JSON.stringify(scale)], {
    execArgv: [],
  })
  try {
    return await new Promise<Simulated>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the controller ended with code ${code}`)))
      child.on('message', (told: FromSimulated) => {
        if (told.type === 'listening') fleet.start(told.port, scale.hosts).catch(reject)
        else resolve(told.measured)
      })
    })
  } finally {
    if (child.connected) child.disconnect()
    fleet.stop()
  }
}
