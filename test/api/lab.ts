import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Api, type ApiOptions, createApi } from '../../controller/api/index.ts'
import { AppHost, followStore } from '../../controller/engine/index.ts'
import { Intents, openSqliteStore, type Store } from '../../controller/state/index.ts'
import { SimSwitch, type SwitchSettings } from '../../topology/sim/index.ts'
import { engineFor, type Running, until } from '../engine/lab.ts'

/** OFPP_LOCAL: the port that has the bridge's name. */
export const LOCAL = 0xffff_fffe

/** A controller with its API, which is asked without a socket, and simulated switches. */
export class ApiLab {
  readonly running: Running
  readonly host: AppHost
  readonly api: Api
  /** What the API was made from. */
  readonly options: ApiOptions
  private readonly t: Test
  private readonly port: number

  private constructor(t: Test, running: Running, options: ApiOptions, api: Api, port: number) {
    this.t = t
    this.running = running
    this.options = options
    this.host = options.host
    this.api = api
    this.port = port
  }

  /** @param kept a store that another lab has used; a new one unless given */
  static async start(t: Test, token?: string, kept?: Store): Promise<ApiLab> {
    const running = engineFor(t)
    const store = kept ?? (await openSqliteStore(':memory:'))
    if (!kept) t.teardown(() => store.close())
    const { engine } = running
    const host = new AppHost(engine, store)
    await host.restore()
    const intents = await Intents.open(store, { admissions: () => engine.admissions() })
    const following = await followStore(store, engine.model, (key) => t.fail(`${key} is refused`))
    t.teardown(() => {
      intents.close()
      following.close()
    })
    const reached = (revision: number) => following.reached(revision)
    const options = { engine, host, intents, reached, version: '1.2.3' }
    const api = await createApi({ ...options, ...(token === undefined ? {} : { token }) })
    t.teardown(() => api.close())
    const { port } = await engine.listen({ port: 0 })
    return new ApiLab(t, running, options, api, port)
  }

  /** The status and the JSON of an answer. */
  async ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object, headers = {}) {
    const response = await this.api.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
    const { statusCode: status, headers: given, body: text } = response
    return { status, etag: given.etag, body: text === '' ? undefined : response.json() }
  }

  get(url: string) {
    return this.ask('GET', url)
  }

  /** A simulated switch that is connected, and holds what it should. */
  async connect(settings: SwitchSettings = {}): Promise<SimSwitch> {
    const sw = new SimSwitch(settings)
    this.t.teardown(() => sw.close())
    return this.plug(sw)
  }

  /** Has a simulated switch connect, and waits until it holds what it should. */
  async plug(sw: SimSwitch): Promise<SimSwitch> {
    sw.connect(connect(this.port, '127.0.0.1'))
    await this.inSync(sw)
    return sw
  }

  async inSync({ dpid }: SimSwitch): Promise<void> {
    await until('the switch is in sync', () => this.running.engine.switches.get(dpid)?.keeper.inSync === true)
  }
}

/** A folder that is removed at the end of the test. */
export const folderFor = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-test-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

/** An app of one file: one flow to a port for each number of `priorities`. */
export const appText = (priorities: readonly number[], port = 'config.port'): string => `
import { defineApp, Type } from 'heddle'

export default defineApp({
  name: 'one-file',
  pipeline: ['first', 'second'],
  collections: {},
  config: Type.Object({ port: Type.Integer({ minimum: 1, default: 1 }) }),
  rules: {
    some: {
      flows: ({ stages: { first }, config }) => [
        first.otherwise.drop('nothing for it'),
        ...${JSON.stringify(priorities)}.map((priority: number) =>
          first.when({ ethType: 0x0806 }, priority).output(${port})),
      ],
    },
  },
})
`

/** Writes the app, and gives the path of its file. */
export const writeApp = (folder: string, text: string, name = 'one-file.ts'): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
