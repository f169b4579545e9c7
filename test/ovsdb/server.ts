import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { OvsdbSession, type RpcOptions } from '../../controller/ovsdb/index.ts'

const run = promisify(execFile)
const schema = '/usr/share/openvswitch/vswitch.ovsschema'

/** An ovsdb-server with the database of Open vSwitch, and no switch. */
export class DatabaseServer {
  readonly directory: string
  private process: ReturnType<typeof spawn> | undefined

  constructor(directory: string) {
    this.directory = directory
  }

  get socket(): string {
    return join(this.directory, 'db.sock')
  }

  get control(): string {
    return join(this.directory, 'control')
  }

  /** Starts it, as also after `kill`; resolves once it answers. */
  async start(...more: readonly string[]): Promise<void> {
    const remotes = [`--remote=punix:${this.socket}`, '--remote=db:Open_vSwitch,Open_vSwitch,manager_options']
    const options = [...remotes, `--unixctl=${this.control}`, '--no-chdir', '-vconsole:off', ...more]
    this.process = spawn('ovsdb-server', [join(this.directory, 'conf.db'), ...options], {
      stdio: 'ignore',
      env: { ...process.env, OVS_RUNDIR: this.directory },
    })
    await run('ovs-appctl', ['-t', this.control, 'version']).catch(() => this.retry())
  }

  private async retry(): Promise<void> {
    for (let attempt = 0; attempt < 1000; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 25))
      const answered = await run('ovs-appctl', ['-t', this.control, 'version']).then(
        () => true,
        () => false,
      )
      if (answered) return
    }
    throw new Error('ovsdb-server does not answer')
  }

  async kill(): Promise<void> {
    const running = this.process
    this.process = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    running.kill('SIGKILL')
    await once(running, 'exit')
  }

  async vsctl(...args: readonly string[]): Promise<string> {
    return (await run('ovs-vsctl', [`--db=unix:${this.socket}`, '--no-wait', '--timeout=60', ...args])).stdout
  }

  async appctl(...args: readonly string[]): Promise<string> {
    return (await run('ovs-appctl', ['-t', this.control, ...args])).stdout
  }

  /** Connects as a client. */
  async session(t: Test, options: Partial<RpcOptions> = {}): Promise<OvsdbSession> {
    const socket = connect(this.socket)
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    return new OvsdbSession(socket, { text: 'unix socket' }, options)
  }
}

/** What Open vSwitch 3.3 has added to the schema of its database for limits of connection tracking. */
const limitColumn = { type: { key: { type: 'integer', minInteger: 0, maxInteger: 4_294_967_295 }, min: 0, max: 1 } }

/** The schema that is installed, and what later ones have for limits of zones. */
const withZoneLimits = async (file: string): Promise<string> => {
  const { cksum, ...later } = JSON.parse(await readFile(schema, 'utf8'))
  later.tables.CT_Zone.columns.limit = limitColumn
  later.tables.Datapath.columns.ct_zone_default_limit = limitColumn
  await writeFile(file, JSON.stringify(later))
  return file
}

export interface DatabaseOptions {
  /** Whether it is one of a cluster, of this server alone: those keep a history. */
  readonly clustered?: boolean
  /** Whether it has limits of zones, as since Open vSwitch 3.3. */
  readonly zoneLimits?: boolean
}

/** An ovsdb-server that ends with the test. */
export const databaseFor = async (t: Test, options: DatabaseOptions = {}): Promise<DatabaseServer> => {
  const { clustered = false, zoneLimits = false } = options
  const directory = await mkdtemp(join(tmpdir(), 'hov-'))
  const server = new DatabaseServer(directory)
  t.teardown(async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const file = join(directory, 'conf.db')
  const form = zoneLimits ? await withZoneLimits(join(directory, 'later.ovsschema')) : schema
  if (clustered) await run('ovsdb-tool', ['create-cluster', file, form, `unix:${join(directory, 'raft.sock')}`])
  else await run('ovsdb-tool', ['create', file, form])
  await server.start()
  await server.vsctl('init')
  return server
}
