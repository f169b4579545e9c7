import { cpus, release, totalmem } from 'node:os'

/** Where and when figures were measured. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  readonly date: string
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  date: new Date().toISOString().slice(0, 10),
})

export const machineText = (at: Machine): string =>
  `${at.cpu}, ${at.cores} cores, ${at.memoryGiB} GiB, Linux ${at.kernel}, Node ${at.node}, ${at.date}`
