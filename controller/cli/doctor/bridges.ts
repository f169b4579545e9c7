import type { Diagnosis } from './diagnosis.ts'
import { listOf, type ReadTable, type Row } from './ovsdb.ts'

/** Milliseconds: how long a bridge may wait before it connects again. */
const quickBackoff = 1000

interface Bridge {
  readonly name: string
  readonly row: Row
  readonly controllers: readonly Row[]
}

type Check = (bridge: Bridge) => Diagnosis[]

const failMode: Check = ({ name, row }) =>
  listOf(row, 'fail_mode').includes('secure')
    ? []
    : [
        {
          level: 'warning',
          finding: 'fail_mode is standalone: about 15 s after the controller has gone, its flows are deleted',
          mend: `ovs-vsctl set-fail-mode ${name} secure`,
        },
      ]

const protocols: Check = ({ name, row }) => {
  const allowed = listOf(row, 'protocols')
  if (allowed.length === 0 || allowed.includes('OpenFlow13')) return []
  const finding = `it speaks ${allowed.join(', ')} only, and heddle OpenFlow 1.3`
  return [{ level: 'error', finding, mend: `ovs-vsctl add bridge ${name} protocols OpenFlow13` }]
}

const connected: Check = ({ controllers }) =>
  controllers
    .filter((controller) => controller.is_connected !== true)
    .map((controller) => {
      const { last_error: reason } = (controller.status ?? {}) as { last_error?: string }
      return {
        level: 'error',
        finding: `it is not connected to ${controller.target}${reason === undefined ? '' : ` (${reason})`}`,
        mend: 'heddle up',
      }
    })

const backoff: Check = ({ name, controllers }) =>
  controllers
    .filter((controller) => !(Number(listOf(controller, 'max_backoff')[0]) <= quickBackoff))
    .map((controller) => ({
      level: 'note',
      finding: `it may wait up to ${Number(listOf(controller, 'max_backoff')[0] ?? 8000)} ms before it connects again`,
      mend: `ovs-vsctl set controller ${name} max_backoff=${quickBackoff}`,
    }))

const checks: readonly Check[] = [failMode, protocols, connected, backoff]

const aboutAll = (root: Row | undefined, interfaces: readonly Row[]): Diagnosis[] => {
  const found: Diagnosis[] = []
  const config = (root?.other_config ?? {}) as Readonly<Record<string, string>>
  if (config['flow-restore-wait'] === 'true') {
    const mend = 'ovs-vsctl remove open_vswitch . other_config flow-restore-wait'
    found.push({ level: 'error', finding: 'flow-restore-wait is set: bridges connect to no controller', mend })
  }
  for (const { name, type } of interfaces) {
    if (type !== 'stt') continue
    found.push({
      level: 'error',
      finding: `port ${name} is an STT tunnel, which the userspace data path silently does not carry`,
      mend: `ovs-vsctl set interface ${name} type=geneve`,
    })
  }
  return found
}

/** What is amiss with bridges of this machine that have a controller, as their database shows it. */
export const examineBridges = async (read: ReadTable): Promise<Diagnosis[]> => {
  const [roots, rows, controllers, interfaces] = await Promise.all(
    ['open_vswitch', 'bridge', 'controller', 'interface'].map(read),
  )
  const bridges = (rows ?? []).map((row) => {
    const ids = listOf(row, 'controller')
    const own = (controllers ?? []).filter(({ _uuid }) => ids.includes(String(_uuid)))
    return { name: String(row.name), row, controllers: own }
  })
  const found = bridges
    .filter((bridge) => bridge.controllers.length > 0)
    .flatMap((bridge) =>
      checks.flatMap((check) =>
        check(bridge).map((one) => ({ dpid: listOf(bridge.row, 'datapath_id')[0] ?? '', bridge: bridge.name, ...one })),
      ),
    )
  return [...aboutAll(roots?.[0], interfaces ?? []), ...found]
}
