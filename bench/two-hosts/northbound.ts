import { connect } from 'node:net'
import {
  insert,
  mutate,
  namedUuid,
  type Operation,
  OvsdbSession,
  select,
  set,
  TransactionRefused,
  update,
  uuid,
} from '../../controller/ovsdb/index.ts'

const database = 'OVN_Northbound'
/** Milliseconds for all hosts to have confirmed; who takes longer is given up. */
const patience = 300_000
/** After which they are asked once more: an ovn-controller that has just come or reconnected may overlook the first time. */
const usuallyAgain = 60_000

type Results = Awaited<ReturnType<OvsdbSession['transact']>>

/** A port of the logical switch. */
export interface LogicalPort {
  readonly name: string
  readonly mac: string
  readonly address: string
}

/** Guarded, as ports of heddle are. */
const rowOf = ({ name, mac, address }: LogicalPort) => ({
  ...{ name, addresses: `${mac} ${address}` },
  port_security: `${mac} ${address}`,
})

const everySwitch = [] as const
/** Has hosts say when they are as far as this. */
const ask = [mutate('NB_Global', [], ['nb_cfg', '+=', 1]), select('NB_Global', [], ['nb_cfg'])]

/** Holds the answer back until `hv_cfg` is so much, or refuses after some milliseconds (RFC 7047 §5.2.6). */
const reached = (number: number, timeout: number): Operation => ({
  ...{ op: 'wait', timeout, table: 'NB_Global', where: [], columns: ['hv_cfg'], until: '==' },
  rows: [{ hv_cfg: number }],
})

/** What users of OVN write: its northbound database, with one logical switch. Every change waits as `ovn-nbctl --wait=hv` does. */
export class Northbound {
  private readonly session: OvsdbSession

  /** @param socket of its server */
  constructor(socket: string) {
    this.session = new OvsdbSession(connect(socket), { text: 'northbound' }, { requestDeadline: patience })
  }

  /** In a database without content. */
  async start(): Promise<void> {
    await this.transact([insert('NB_Global', {})])
  }

  async addSwitch(name: string): Promise<void> {
    await this.transact([insert('Logical_Switch', { name })])
  }

  /** Gives the UUIDs of the ports. */
  async addPorts(ports: readonly LogicalPort[]): Promise<string[]> {
    const names = ports.map((_, at) => namedUuid(`port${at}`))
    const results = await this.change([
      ...ports.map((port, at) => insert('Logical_Switch_Port', rowOf(port), `port${at}`)),
      mutate('Logical_Switch', everySwitch, ['ports', 'insert', set(names)]),
    ])
    return results.slice(0, ports.length).map((result) => result.uuid?.[1] ?? '')
  }

  /** Of the ports, only these are left. */
  async keepPorts(uuids: readonly string[]): Promise<void> {
    await this.change([update('Logical_Switch', everySwitch, { ports: set(uuids.map(uuid)) })])
  }

  async removePort(id: string): Promise<void> {
    await this.change([mutate('Logical_Switch', everySwitch, ['ports', 'delete', set([uuid(id)])])])
  }

  /**
   * Makes a change, and waits until all hosts have confirmed it and all before.
   *
   * @param again milliseconds after which they are asked once more
   * @throws Error where they have not confirmed for five minutes
   */
  async change(operations: readonly Operation[], again = usuallyAgain): Promise<Results> {
    const results = await this.transact([...operations, ...ask])
    const end = performance.now() + patience
    for (let asked = results; ; asked = await this.transact(ask)) {
      try {
        await this.transact([reached(Number(asked.at(-1)?.rows?.[0]?.nb_cfg), again)])
        return results
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error
        if (performance.now() > end) throw new Error(`the hosts have not confirmed for ${patience / 1000} s`)
      }
    }
  }

  private transact(operations: readonly Operation[]): Promise<Results> {
    return this.session.transact(database, operations, 2 * patience)
  }

  close(): void {
    this.session.close('it ends')
  }
}
