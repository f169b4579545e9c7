import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { controllerFolder } from './controller.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { ipBatch } from './ip.ts'
import { namespaceOf, simulateWord } from './names.ts'
import { allProcesses, endAll, killAll, namespaceInodes, type Process } from './processes.ts'

/** `heddle up --data FOLDER`, also where its pid was never written down. */
const isController = (folder: LabFolder, { words }: Process): boolean =>
  words.some((word, index) => word === '--data' && words[index + 1] === controllerFolder(folder))

/** The `lab up` that is at work on the lab, and what it has started. */
const buildersOf = ({ builder }: LabRecord, processes: readonly Process[]): Process[] => {
  const found = processes.find(({ pid, began }) => pid === builder.pid && began === builder.began)
  if (found === undefined || found.pid === process.pid) return []
  return [found, ...processes.filter(({ parent }) => parent === found.pid)]
}

/** Commands that work on the lab: a builder that was killed leaves its own, which would go on to build. */
const commandsIn = ({ name, path }: LabFolder, processes: readonly Process[]): Process[] =>
  processes.filter(
    ({ words: [command = '', ...words] }) =>
      /^(ip|unshare|ovs-\w+|ovsdb-\w+)$/.test(basename(command)) &&
      words.some((word) => word.includes(`${path}/`) || word.startsWith(namespaceOf(name, ''))),
  )

const removeNamespaces = async ({ namespaces }: LabRecord): Promise<void> => {
  const remaining = (): string[] => namespaces.filter((name) => existsSync(`/run/netns/${name}`))
  const inside = namespaceInodes(namespaces)
  await killAll(allProcesses().filter(({ network }) => inside.has(network)))
  const lines = remaining().map((name) => `netns delete ${name}`)
  await ipBatch(lines).catch((error: Error) => {
    // Another may take it down at the same time.
    if (remaining().length > 0) throw error
  })
}

/** The lab's own controllers that run. */
export const controllersOf = (folder: LabFolder): Process[] => allProcesses().filter((one) => isController(folder, one))

/** The processes that simulate its hosts. */
export const simulatorsOf = ({ path }: LabFolder): Process[] =>
  allProcesses().filter(({ words }) => words.includes(simulateWord) && words.includes(path))

/** Removes all of a lab, whatever of it was made. */
export const takeDown = async (folder: LabFolder): Promise<void> => {
  const { record } = folder
  if (record !== undefined) {
    if (folder.facts.built !== true) await killAll(buildersOf(record, allProcesses()))
    await killAll(commandsIn(folder, allProcesses()))
    await Promise.all([endAll([...controllersOf(folder), ...simulatorsOf(folder)]), removeNamespaces(record)])
  }
  // Who does not know that it is taken down may still be writing there.
  await rm(folder.path, { recursive: true, force: true, maxRetries: 5 })
}
