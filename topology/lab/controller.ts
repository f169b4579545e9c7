import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isAlive } from '../ovs/process.ts'
import { LabError } from './errors.ts'
import type { LabFolder } from './folder.ts'
import type { Sockets } from './host.ts'
import { lastingPort } from './port.ts'

/** A controller that runs already. */
export interface GivenController extends Sockets {
  /** `HOST:PORT` */
  readonly api: string
}

/** Milliseconds: in a checkout its sources are compiled at each start, on a machine that may have much else to do. */
const startDeadline = 120_000

/** The program `heddle`. The package names itself, so that sources and what is built from them find the same file. */
export const heddle = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('heddle/package.json')), 'controller/cli/heddle.js')

/** The folder of a lab's own controller; it stands in the words that it was started with, by which it is found. */
export const controllerFolder = (folder: LabFolder): string => folder.part('controller')

export const controllerLog = (folder: LabFolder): string => join(controllerFolder(folder), 'log')

export const socketsOf = (folder: LabFolder): Sockets => ({
  ovsdb: join(controllerFolder(folder), 'ovsdb.sock'),
  openflow: join(controllerFolder(folder), 'of.sock'),
})

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Where its API listens, once its log says so. */
const apiIn = (log: string): string | undefined => {
  // The last line may not be whole.
  const lines = log.split('\n').slice(0, -1)
  const line = lines.findLast((one) => one.includes('"msg":"heddle is up"'))
  return line && (JSON.parse(line) as { api: string }).api.replace(/^https?:\/\//, '')
}

/** The first words of a log that say what went wrong. */
const complaints = (log: string): string => {
  const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":30'))
  return lines.slice(0, 8).join('\n')
}

const argumentsFor = (folder: LabFolder, api: string): string[] => {
  const { ovsdb, openflow } = socketsOf(folder)
  const listen = ['--ovsdb', `unix:${ovsdb}`, '--listen', `unix:${openflow}`, '--api', api]
  return ['up', '--networks', ...listen, '--data', controllerFolder(folder)]
}

/**
 * Starts the lab's own controller in the background; it goes on when this process ends.
 *
 * @param api `HOST:PORT`; some free port of loopback unless given
 * @returns `HOST:PORT` of its API, once that answers
 * @throws LabError with what it said, where it ends or takes too long
 */
export const startController = async (folder: LabFolder, api?: string): Promise<string> => {
  const address = api ?? `127.0.0.1:${await lastingPort()}`
  mkdirSync(controllerFolder(folder), { recursive: true })
  const log = openSync(controllerLog(folder), 'w')
  const command = [heddle(), ...argumentsFor(folder, address)]
  const child = spawn(process.execPath, command, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref()
  const end = Date.now() + startDeadline
  for (;;) {
    const text = read(controllerLog(folder))
    const found = apiIn(text)
    if (found !== undefined) return found
    if (child.pid === undefined || !isAlive(child.pid)) throw new LabError(`heddle up ended:\n${complaints(text)}`)
    if (Date.now() > end) throw new LabError(`heddle up took more than ${startDeadline} ms:\n${complaints(text)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
