import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../controller/state/index.ts'
import { lastingPort } from '../../topology/lab/port.ts'
import { folderFor } from '../api/lab.ts'
import { UpProcess } from '../cli/controller.ts'
import { audit } from '../state/intent/audit.ts'

/** Ports that are made, by clients at the same time; HEDDLE_SOAK_ALLOCATIONS=10000 in the soak. */
const allocations = Number(process.env.HEDDLE_SOAK_ALLOCATIONS ?? 1000)
const clients = 8
const kills = allocations > 5000 ? 6 : 2

/** A controller that is killed now and then, and the clients that go on asking. */
class Soak {
  /** Addresses of ports as the controller has answered. */
  readonly answered = new Map<string, string>()
  /** Ports that were deleted, as the controller has answered. */
  readonly deleted = new Set<string>()
  private readonly t: Test
  private readonly folder: string
  private readonly port: number
  private heddle: UpProcess | undefined
  private ended = false

  constructor(t: Test, folder: string, port: number) {
    this.t = t
    this.folder = folder
    this.port = port
  }

  async start(): Promise<void> {
    const args = ['--data', this.folder, '--listen', '127.0.0.1:0', '--api', `127.0.0.1:${this.port}`, '--app', 'ipam']
    this.heddle = new UpProcess(this.t, args)
    await this.heddle.up()
  }

  /** Kills it when so many ports have been made, and starts it again. */
  async killAt(count: number): Promise<void> {
    while (this.answered.size < count && !this.ended) await setTimeout(5)
    await this.heddle?.end('SIGKILL')
    await this.start()
  }

  /** Asks until there is an answer. */
  async ask(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }> {
    for (;;) {
      try {
        const headers = body ? { 'content-type': 'application/json' } : {}
        const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
          ...{ method, headers },
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
        const text = await response.text()
        return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
      } catch {
        await setTimeout(20)
      }
    }
  }

  async make(id: string): Promise<void> {
    const { status, body } = await this.ask('PUT', `/v1/ports/${id}`, { network: 'blue' })
    const [address = ''] = (body as { addresses?: string[] }).addresses ?? []
    if (status !== 200 && status !== 201) this.t.fail(`${id}: ${JSON.stringify(body)}`)
    this.answered.set(id, address)
  }

  async client(number: number): Promise<void> {
    for (let at = number; at < allocations; at += clients) {
      await this.make(`port-${at}`)
      // One in ten goes again, asked for once or, where the answer was lost, twice.
      if (at % 10 === 7) {
        const { status } = await this.ask('DELETE', `/v1/ports/port-${at}`)
        if (status !== 204 && status !== 404) this.t.fail(`delete port-${at}: ${status}`)
        this.deleted.add(`port-${at}`)
      }
    }
  }

  async end(): Promise<void> {
    this.ended = true
    await this.heddle?.end('SIGKILL')
  }
}

t.test(
  `${allocations} ports by ${clients} clients, the controller killed ${kills} times: no address twice, none lost`,
  async (t) => {
    const folder = folderFor(t)
    const soak = new Soak(t, folder, await lastingPort())
    await soak.start()
    await soak.ask('PUT', '/v1/networks/blue', {})
    await soak.ask('PUT', '/v1/subnets/v4', { network: 'blue', cidr: '10.0.0.0/16' })
    const killing = async () => {
      for (let kill = 1; kill <= kills; kill++) {
        await soak.killAt(Math.floor((allocations * (kill - Math.random() / 2)) / kills))
      }
    }
    await Promise.all([killing(), ...Array.from({ length: clients }, (_, number) => soak.client(number))])
    await soak.end()

    const store = await openSqliteStore(join(folder, 'heddle.db'))
    t.teardown(() => store.close())
    t.same(await audit(store), [])
    const { entries } = await store.range({ prefix: 'assignment/' })
    const stored = new Map(
      entries.map(({ key, value }) => [key.slice(11), (value as { addresses: string[] }).addresses[0]]),
    )
    const expected = new Map([...soak.answered].filter(([id]) => !soak.deleted.has(id)))
    t.equal(soak.answered.size, allocations)
    t.equal(new Set(expected.values()).size, expected.size, 'no address was answered twice')
    t.same(
      [...expected].filter(([id, address]) => stored.get(id) !== address),
      [],
      'each port has what was answered',
    )
    t.equal(stored.size, expected.size)
  },
)
