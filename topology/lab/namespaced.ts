import { existsSync } from 'node:fs'
import { createDatabase } from '../ovs/daemons.ts'
import { buildContainers, waitInstalled } from './container.ts'
import { LabError } from './errors.ts'
import { buildExternals } from './external.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { manageHost, startHost } from './host.ts'
import { addNamespaces } from './ip.ts'
import type { Kind, Step } from './kind.ts'
import { inParallel } from './parallel.ts'
import { buildUnderlay } from './underlay.ts'

/** More at once would wait for the same processors. */
const hostsAtOnce = 4

/** @throws LabError where a namespace of the lab is there already, which then is not the lab's */
const checkNamespaces = (namespaces: readonly string[]): void => {
  const taken = namespaces.find((name) => existsSync(`/run/netns/${name}`))
  if (taken === undefined) return
  throw new LabError(
    `there is a network namespace ${taken} that this lab did not make: choose another --name, or ip netns delete ${taken}`,
  )
}

const build = async (folder: LabFolder, record: LabRecord, step: Step): Promise<void> => {
  const { hosts } = record.description
  const template = folder.part('empty.db')
  await step('the underlay', async () => {
    await addNamespaces(record.namespaces, folder.part('namespaces.ip'))
    // Whoever takes the lab down because one fails must find none at work.
    const parts = [() => buildUnderlay(record), () => buildExternals(record), () => createDatabase(template)]
    await inParallel(parts, parts.length, (build) => build())
  })
  await step(`${hosts.length} hosts with Open vSwitch`, () =>
    inParallel(hosts, hostsAtOnce, (host) => startHost(folder, record, host, template)),
  )
}

/** Hosts with Open vSwitch, and containers, in network namespaces. */
export const namespacedKind = (folder: LabFolder, record: LabRecord): Kind => ({
  check: () => checkNamespaces(record.namespaces),
  build: (step) => build(folder, record, step),
  async manage(controller) {
    await inParallel(record.description.hosts, hostsAtOnce, ({ name }) => manageHost(folder, name, controller))
  },
  plug: (assigned) => buildContainers(folder, record, assigned),
  waitInstalled: () => waitInstalled(folder, record),
})
