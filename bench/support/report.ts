import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Machine, machine, machineText } from './machine.ts'

/** Where, when and amid what a run was measured. */
export interface Circumstances {
  readonly machine: Machine
  /** What else the machine had to do: the load of the last minute when it began. */
  readonly load: number
}

/** What every benchmark beside other programs reports. */
export interface ReportBeside extends Circumstances {
  /** Of the programs that took part. */
  readonly versions: Readonly<Record<string, string>>
  /** What was not measured, and why. */
  readonly missing: readonly string[]
}

/** At the beginning of a run. */
export const circumstances = (): Circumstances => ({ machine: machine(), load: loadavg()[0] ?? 0 })

/** `AMD EPYC, ...; Open vSwitch 3.1.0; load 0.3 at the start` */
export const circumstancesText = (at: Circumstances, versions: Readonly<Record<string, string>> = {}): string => {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [machineText(at.machine), ...programs, `load ${at.load.toFixed(1)} at the start`].join('; ')
}

/** The run that later ones are compared with. */
export interface Baseline<Report> {
  /** Undefined where there is none. */
  readonly read: () => Report | undefined
  readonly save: (report: Report) => void
}

/** @param main URL of a module; the baseline is in a file beside it */
export const baselineBeside = <Report>(main: string): Baseline<Report> => {
  const file = fileURLToPath(new URL('./baseline.json', main))
  return {
    read: () => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined),
    save: (report) => writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`),
  }
}
