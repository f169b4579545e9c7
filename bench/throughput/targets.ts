import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { versionOf } from '../support/installed.ts'
import { compiled } from './compiled.ts'
import type { AnsweredBy, OpenFlowVersion } from './job.ts'
import { freePort, type Running, startAnnounced, startAt, stop } from './process.ts'

/** A controller that can be measured. */
export interface Target {
  readonly target: string
  /** What it does with a packet-in. */
  readonly app: string
  readonly answeredBy: (openflow: OpenFlowVersion) => AnsweredBy
  /** Why it cannot be measured with this version; undefined where it can. */
  readonly unfit: (openflow: OpenFlowVersion) => string | undefined
  /** How many switches it takes, where it is limited. */
  readonly mostSwitches: number
  readonly start: (openflow: OpenFlowVersion) => Promise<Started>
}

/** A controller that others have made. */
export interface Peer extends Target {
  readonly version: () => string
}

export interface Started {
  readonly host: string
  readonly port: number
  /** Undefined for a controller that somebody else runs. */
  readonly pid: number | undefined
  readonly stop: () => Promise<void>
}

const loopback = '127.0.0.1'
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const fits = (): undefined => undefined
const byBuffer = (_openflow: OpenFlowVersion): AnsweredBy => 'buffer'
const unlimited = Number.POSITIVE_INFINITY

const started = ({ child, port }: Running, after: () => void = fits): Started => ({
  ...{ host: loopback, port, pid: child.pid },
  stop: async () => {
    await stop(child)
    after()
  },
})

const own = (target: string, app: string, file: string, args: readonly string[] = []): Target => ({
  ...{ target, app, answeredBy: byBuffer, unfit: fits, mostSwitches: unlimited },
  start: async (openflow) =>
    started(await startAnnounced(process.execPath, [compiled(`targets/${file}`), openflow, ...args])),
})

const heddle = (app: string, answeredBy = byBuffer): Target => ({
  ...own('heddle', app, 'heddle', [app]),
  answeredBy,
})

/** Switches of OpenFlow 1.3 forward by rules; those of 1.0 have each packet answered. */
const byRules = (openflow: OpenFlowVersion): AnsweredBy => (openflow === '1.3' ? 'address' : 'buffer')

/** What comes with the project. */
export const ownTargets: readonly Target[] = [
  own('discard', 'none: answers without looking', 'discard'),
  own('limit', 'bare loop', 'limit'),
  heddle('l2-switch-reactive'),
  heddle('l2-switch', byRules),
  heddle('responder'),
]

const ovsTestcontroller: Peer = {
  ...{ target: 'ovs-testcontroller', app: 'learning switch', answeredBy: byBuffer, mostSwitches: 15 },
  version: () => versionOf('ovs-testcontroller') ?? 'unknown',
  unfit: () => (versionOf('ovs-testcontroller') === undefined ? 'is not installed' : undefined),
  async start(openflow) {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
    const port = await freePort()
    const protocol = openflow === '1.3' ? 'OpenFlow13' : 'OpenFlow10'
    const args = ['-O', protocol, `--unixctl=${folder}/ctl`, '--verbose=off', `ptcp:${port}:${loopback}`]
    const running = await startAt(port, 'ovs-testcontroller', args, { OVS_RUNDIR: folder, OVS_LOGDIR: folder })
    return started(running, () => rmSync(folder, { recursive: true, force: true }))
  },
}

/** Debian's os-ken belongs to Debian's own Python, which need not be the first on the path. */
const python = (): string | undefined =>
  ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['-c', 'import os_ken']).status === 0)

const osKen: Peer = {
  ...{ target: 'os-ken', app: 'learning switch', answeredBy: byBuffer, mostSwitches: unlimited },
  version: () => versionOf(python() ?? '', '-c', 'import os_ken; print(os_ken.__version__)') ?? 'unknown',
  unfit: () => (python() === undefined ? 'is not installed' : undefined),
  async start(openflow) {
    const port = await freePort()
    return started(await startAt(port, python() ?? '', [here('./peers/osken_l2.py'), String(port), openflow]))
  },
}

/** What others have made and the system has as a package. */
export const peers: readonly Peer[] = [ovsTestcontroller, osKen]

/** A controller that runs already. */
export const external = (host: string, port: number): Target => ({
  ...{ target: `${host}:${port}`, app: 'unknown', answeredBy: byBuffer, unfit: fits, mostSwitches: unlimited },
  start: async () => ({ host, port, pid: undefined, stop: async () => undefined }),
})
