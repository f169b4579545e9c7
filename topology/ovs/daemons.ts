import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcess } from './process.ts'
import { CommandError, run } from './shell.ts'

const schema = '/usr/share/openvswitch/vswitch.ovsschema'

/** ovs-vswitchd lets go of who says no hello within a second, as a machine that stands still may. */
const isLetGo = (error: unknown): boolean =>
  error instanceof CommandError &&
  /connecting to .* \((Broken pipe|Connection reset.*|End of file)\)/.test(error.message)

/** Where the daemons of one host live, and their commands look for them. */
export const ovsEnvironment = (directory: string): Record<string, string> => ({
  OVS_RUNDIR: directory,
  OVS_LOGDIR: directory,
  OVS_DBDIR: directory,
  OVS_SYSCONFDIR: directory,
})

/** Makes a database without content, for `startDatabase` to copy. */
export const createDatabase = async (file: string): Promise<void> => {
  await run('ovsdb-tool', ['create', file, schema])
}

/** ovsdb-server and ovs-vswitchd in a network namespace, with all their files below `directory`. Needs root. */
export class OvsDaemons {
  readonly namespace: string
  readonly directory: string

  constructor(namespace: string, directory: string) {
    this.namespace = namespace
    this.directory = directory
  }

  private get database(): string {
    return `unix:${join(this.directory, 'db.sock')}`
  }

  /** Runs a command inside the namespace. */
  exec(command: string, ...args: readonly string[]): Promise<string> {
    return run('ip', ['netns', 'exec', this.namespace, command, ...args], { env: ovsEnvironment(this.directory) })
  }

  /** It needs the socket of the database only, no namespace. */
  vsctl(...args: readonly string[]): Promise<string> {
    return run('ovs-vsctl', [`--db=${this.database}`, '--timeout=25', ...args], { env: ovsEnvironment(this.directory) })
  }

  /** ovs-ofctl in OpenFlow 1.3. */
  ofctl(command: string, bridge: string, ...args: readonly string[]): Promise<string> {
    const target = `unix:${join(this.directory, `${bridge}.mgmt`)}`
    const ask = () =>
      run('ovs-ofctl', ['-O', 'OpenFlow13', command, target, ...args], { env: ovsEnvironment(this.directory) })
    return ask().catch((error: unknown) => {
      if (isLetGo(error)) return ask()
      throw error
    })
  }

  async appctl(...args: readonly string[]): Promise<string> {
    return run('ovs-appctl', ['-t', await this.controlSocket(), ...args], { env: ovsEnvironment(this.directory) })
  }

  /** Where ovs-vswitchd takes commands: see `unixctl`. */
  async controlSocket(): Promise<string> {
    return join(this.directory, `ovs-vswitchd.${await this.pid('ovs-vswitchd')}.ctl`)
  }

  private async pid(daemon: string): Promise<number> {
    return Number(await readFile(join(this.directory, `${daemon}.pid`), 'utf8'))
  }

  private options(name: string): string[] {
    return [
      '--detach',
      '--no-chdir',
      `--pidfile=${join(this.directory, `${name}.pid`)}`,
      `--log-file=${join(this.directory, `${name}.log`)}`,
      '-vconsole:off',
    ]
  }

  /** @param template a database to copy, made by `createDatabase`; a new one is made without it */
  async startDatabase(template?: string): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    const file = join(this.directory, 'conf.db')
    await (template === undefined ? createDatabase(file) : copyFile(template, file))
    await this.resumeDatabase()
  }

  /** Starts ovsdb-server with the database that is there, as after `killDatabase`. */
  async resumeDatabase(): Promise<void> {
    const file = join(this.directory, 'conf.db')
    const remotes = [`--remote=p${this.database}`, '--remote=db:Open_vSwitch,Open_vSwitch,manager_options']
    await this.exec('ovsdb-server', file, ...remotes, ...this.options('ovsdb-server'))
  }

  /** Starts ovs-vswitchd, also again after `killSwitch`; what the database asks for is there afterwards. */
  async startSwitch(...options: readonly string[]): Promise<void> {
    await this.exec('ovs-vswitchd', this.database, ...options, ...this.options('ovs-vswitchd'))
  }

  /** Ends ovs-vswitchd at once, as a crash would. */
  async killSwitch(): Promise<void> {
    await endProcess(await this.pid('ovs-vswitchd'))
  }

  /** Ends ovsdb-server at once, as a crash would. */
  async killDatabase(): Promise<void> {
    await endProcess(await this.pid('ovsdb-server'))
  }

  /** Ends both at once, where they run. */
  async kill(): Promise<void> {
    for (const daemon of ['ovs-vswitchd', 'ovsdb-server']) await this.pid(daemon).then(endProcess, () => undefined)
  }
}
