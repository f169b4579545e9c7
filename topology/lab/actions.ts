import { basename } from 'node:path'
import { styleText } from 'node:util'
import { capture } from './capture.ts'
import { Client } from './client.ts'
import type { GivenController } from './controller.ts'
import { takeDown } from './down.ts'
import { LabError } from './errors.ts'
import { execute } from './exec.ts'
import { isSimulated, LabFolder, type LabRecord, pickLab } from './folder.ts'
import { cutLink, healLinks } from './links.ts'
import { matrixText, verdictText } from './matrix.ts'
import { pingAll, surprises } from './ping.ts'
import { isMet, measureRates, ratesText } from './rates.ts'
import { readLab } from './read.ts'
import { datapathHere, insideLab, insideNewLab, isRoot, takeDownInside } from './rootless.ts'
import { askerOf } from './sim/ping.ts'
import { statusOf, statusText } from './status.ts'
import type { CaptureOptions } from './tools.ts'
import { bringUp } from './up.ts'

export interface Named {
  /** Which lab; the only one unless given. */
  readonly name?: string
}

export interface Printed extends Named {
  readonly output: 'table' | 'json'
}

export interface UpFlags extends Named, Partial<GivenController> {
  /** Hosts are simulated. */
  readonly sim?: true
}

/** Does something with the lab that is meant, inside its namespaces. */
const inLab = async (
  { name }: Named,
  work: (folder: LabFolder, record: LabRecord) => Promise<number>,
): Promise<number> => {
  const folder = pickLab(name)
  if (!isRoot() && !isSimulated(folder)) return insideLab(folder)
  const { record } = folder
  if (record) return work(folder, record)
  throw new LabError(`lab ${folder.name} was not begun: heddle lab down --name ${folder.name} removes it`)
}

const json = (value: unknown): void => console.log(JSON.stringify(value, undefined, 2))

/** One line for each step once it has ended, on standard error. */
const progress = (title: string, took?: number): void => {
  if (took !== undefined) {
    console.error(`${styleText('green', '✔')} ${title} ${styleText('dim', `${(took / 1000).toFixed(1)} s`)}`)
  }
}

const givenController = ({ api, openflow, ovsdb }: UpFlags): { readonly controller?: GivenController } => {
  if (api === undefined && openflow === undefined && ovsdb === undefined) return {}
  if (api !== undefined && openflow !== undefined && ovsdb !== undefined)
    return { controller: { api, openflow, ovsdb } }
  throw new LabError('--api, --openflow and --ovsdb belong together: they name a controller that runs already')
}

/** A lab that Ctrl-C leaves half-built is removed. @returns what ends this */
const removeAtSignal = (folder: LabFolder): (() => void) => {
  const remove = (): void => {
    console.error(`removing lab ${folder.name}`)
    takeDown(folder).then(
      () => process.exit(130),
      (error: Error) => {
        console.error(`${error.message}\nheddle lab down --name ${folder.name} tries again`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, remove)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, remove)
  }
}

// Each of these is a command of `heddle lab`, and gives its exit code.

export const up = async (file: string, flags: UpFlags): Promise<number> => {
  const folder = new LabFolder(flags.name ?? basename(file).replace(/\.[^.]*$/, ''))
  const lab = readLab(file)
  if (!isRoot() && flags.sim !== true) return insideNewLab(folder)
  const keep = removeAtSignal(folder)
  const datapath = flags.sim === true ? 'sim' : datapathHere()
  await bringUp(folder, lab, { ...givenController(flags), datapath, progress })
  keep()
  console.error(
    `lab ${folder.name} is up. To try: heddle lab ping; heddle lab status; heddle get ports --api ${folder.facts.api}`,
  )
  return 0
}

export const down = async ({ name }: Named): Promise<number> => {
  const folder = pickLab(name)
  if (!isRoot() && !isSimulated(folder)) return takeDownInside(folder)
  await takeDown(folder)
  console.error(`lab ${folder.name} is gone`)
  return 0
}

export const status = (options: Printed): Promise<number> =>
  inLab(options, async (folder, record) => {
    const found = await statusOf(folder, record)
    if (options.output === 'json') json(found)
    else console.log(statusText(found))
    return 0
  })

/** 1 where containers reach each other otherwise than expected. */
export const ping = (options: Printed): Promise<number> =>
  inLab(options, async (folder, record) => {
    const { cards } = folder.facts
    if (!cards) throw new LabError(`lab ${folder.name} has no containers yet`)
    const pairs = await pingAll(record.name, cards, askerOf(folder))
    if (options.output === 'json') json({ pairs })
    else console.log(`${matrixText(pairs)}\n${verdictText(pairs)}`)
    return surprises(pairs).length > 0 ? 1 : 0
  })

export const exec = (place: string, command: readonly string[], options: Named): Promise<number> =>
  inLab(options, (folder, record) => execute(folder, record, place, command[0] === '--' ? command.slice(1) : command))

export const cut = (name: string, options: Named): Promise<number> =>
  inLab(options, async (folder, record) => {
    const { between } = await cutLink(folder, record, name)
    console.error(`cut: the link between ${between}. heddle lab heal joins it again`)
    return 0
  })

export const heal = (names: readonly string[], options: Named): Promise<number> =>
  inLab(options, async (folder, record) => {
    const healed = await healLinks(folder, record, names)
    console.error(healed.length === 0 ? 'nothing is cut' : `healed: ${healed.join(', ')}`)
    return 0
  })

export const captureLink = (
  link: string,
  filter: readonly string[],
  options: Named & CaptureOptions,
): Promise<number> => inLab(options, (folder, record) => capture(folder, record, link, { ...options, filter }))

/** @throws LabError where no streams can be sent */
const refuseRates = (folder: LabFolder): void => {
  if (!isSimulated(folder)) return
  throw new LabError(
    `lab ${folder.name} is simulated: its containers send no streams. Rates need Open vSwitch, as heddle lab up without --sim has it`,
  )
}

export interface RatesFlags extends Printed {
  readonly with?: string
  readonly seconds: string
}

/** 1 where a bound of the port is missed by more than a tenth. */
export const rates = (port: string, { with: other, seconds, ...options }: RatesFlags): Promise<number> =>
  inLab(options, async (folder) => {
    refuseRates(folder)
    const client = new Client(folder.facts.api ?? '')
    const asked = { ...(other === undefined ? {} : { with: other }), seconds: Number(seconds) }
    const found = await measureRates(folder, client, port, asked)
    if (options.output === 'json') json(found)
    else console.log(ratesText(found))
    return found.every(isMet) ? 0 : 1
  })
