import { mkdtemp, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OvsHost } from '../../../topology/ovs/host.ts'
import { ofThisRun } from '../../engine/lab.ts'
import { Client } from './client.ts'

const bridge = 'br0'

/** One call of ovs-vswitchd's control socket, which speaks JSON-RPC 1.0. */
const call = (path: string, method: string, params: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(path, () => socket.write(JSON.stringify({ id: 1, method, params })))
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('data', (part: string) => {
      text += part
      try {
        const { result, error } = JSON.parse(text) as { result: string | null; error: unknown }
        socket.destroy()
        if (result === null) reject(new Error(`${method}: ${String(error)}`))
        else resolve(result)
      } catch (error) {
        if (!(error instanceof SyntaxError)) reject(error)
      }
    })
  })

/** A bridge of a real Open vSwitch with ports 1 to `count`, that tests compare with. */
export class RealBridge {
  private readonly host: OvsHost
  private control = ''
  /** OpenFlow's numbers of ports by the data path's. */
  readonly ports = new Map<number, number>()
  /** Numbers of its ports. */
  readonly numbers: readonly number[]

  private constructor(host: OvsHost, count: number) {
    this.host = host
    this.numbers = Array.from({ length: count }, (_, index) => index + 1)
  }

  /** @param name at most 5 characters, of this test alone */
  static async start(name: string, count: number): Promise<RealBridge> {
    const made = new RealBridge(new OvsHost(name + ofThisRun, await mkdtemp(join(tmpdir(), 'heddle-sim-'))), count)
    try {
      await made.begin()
      return made
    } catch (error) {
      await made.stop()
      throw error
    }
  }

  private async begin(): Promise<void> {
    await this.host.start()
    // The kernel would look for routers and neighbours by its ports, and its frames be taken for those of tests.
    await this.host.exec('sysctl', '-qw', ...['all', 'default'].map((of) => `net.ipv6.conf.${of}.disable_ipv6=1`))
    await this.host.addBridge(bridge)
    const card = (port: number): string => `${this.host.name}p${port}`
    await this.host.vsctl(
      ...this.numbers.flatMap((port) => [
        ...['--', 'add-port', bridge, card(port), '--', 'set', 'interface', card(port)],
        ...['type=internal', `ofport_request=${port}`],
      ]),
    )
    await Promise.all(this.numbers.map((port) => this.host.exec('ip', 'link', 'set', card(port), 'up')))
    const pid = Number(await readFile(join(this.host.directory, 'ovs-vswitchd.pid'), 'utf8'))
    this.control = join(this.host.directory, `ovs-vswitchd.${pid}.ctl`)
    const shown = await call(this.control, 'dpif/show', [])
    for (const [, openflow, datapath] of shown.matchAll(/ (\d+)\/(\d+):/g)) {
      this.ports.set(Number(datapath), Number(openflow))
    }
  }

  /** A controller that is connected to the bridge. */
  connect(): Client {
    return new Client(connect(join(this.host.directory, `${bridge}.mgmt`)))
  }

  /** What `ovs-appctl ofproto/trace` says of a frame that comes in by a port. */
  trace(inPort: number, frame: Uint8Array): Promise<string> {
    const hex = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('hex')
    return call(this.control, 'ofproto/trace', [bridge, `in_port=${inPort}`, hex])
  }

  /** Resolves when changes of flows count for packets of connections that go on, too. */
  async revalidated(): Promise<void> {
    await call(this.control, 'revalidator/purge', [])
  }

  stop(): Promise<void> {
    return this.host.stop()
  }
}
