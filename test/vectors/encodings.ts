import { canonicalMatch } from '../../controller/openflow/fields/canonical.ts'
import { fields } from '../../controller/openflow/fields/field.ts'
import { Oxm, withLength } from '../../controller/openflow/fields/oxm.ts'
import type { Subfield } from '../../controller/openflow/fields/subfield.ts'

type Plain = Readonly<Record<string, unknown>>

const allTables = 0xff

/** Actions that say the same as another one: each becomes the one that says all of them. */
const preferred: Readonly<Record<string, (action: Plain) => Plain>> = {
  resubmit: ({ inPort }) => ({ type: 'resubmitTable', inPort, tableId: allTables }),
  outputReg: withFirstName,
  outputReg2: withFirstName,
  regLoad2: (action) => ({ ...action, type: 'setField' }),
  copyField: (action) => ({ ...action, type: 'regMove' }),
  setTunnel: setTunnelId,
  setTunnel64: setTunnelId,
}

function withFirstName(action: Plain): Plain {
  const src = action.src as Subfield
  return { ...action, type: 'outputReg2', src: { ...src, code: src.code.field.nxmCode } }
}

function setTunnelId({ tunnelId }: Plain): Plain {
  return { type: 'setField', oxm: new Oxm(fields.tunnelId.code, BigInt(tunnelId as number | bigint)) }
}

/** The order of instructions in which a switch executes them (OpenFlow 1.3.5 §5.9). */
const executed = ['meter', 'applyActions', 'clearActions', 'writeActions', 'writeMetadata', 'gotoTable']

const rank = (value: unknown): number => executed.indexOf(String((value as Plain).type))

const inOrder = (list: readonly unknown[]): readonly unknown[] =>
  list.some((value) => rank(value) >= 0) ? [...list].sort((a, b) => rank(a) - rank(b)) : list

/** How long a Geneve option is stands in the switch's TLV table, not in a flow's text; none asks only that it is there. */
const ofFullLength = (oxm: Oxm): Oxm =>
  oxm.field.variable && oxm.field.key !== 'unknown' && oxm.code.length > 0
    ? new Oxm(withLength(oxm.code, oxm.field.bytes), oxm.value, oxm.mask)
    : oxm

const isMatch = (list: readonly unknown[]): list is readonly Oxm[] =>
  list.length > 0 && list.every((x) => x instanceof Oxm)

/** Fields under their first numbers, in Open vSwitch's order. */
export const withPlainMatch = <T>(value: T): T =>
  mapLists(value, (list) => (isMatch(list) ? canonicalMatch(list).map(ofFullLength) : list)) as T

/** Actions under the names that ovs-ofctl gives them, instructions in the order of execution. */
export const withPlainActions = <T>(value: T): T =>
  mapLists(value, (list) =>
    isMatch(list)
      ? list
      : inOrder(
          list.map((item) => {
            const change = preferred[String((item as Plain | null)?.type)]
            return change ? change(item as Plain) : item
          }),
        ),
  ) as T

/** The same value with every list in it, however deep, changed; the innermost first. */
const mapLists = (value: unknown, change: (list: readonly unknown[]) => readonly unknown[]): unknown => {
  if (Array.isArray(value)) return change(value.map((item) => mapLists(item, change)))
  if (typeof value !== 'object' || value === null || value instanceof Oxm) return value
  const lists = Object.entries(value).filter(([, member]) => Array.isArray(member))
  if (lists.length === 0) return value
  return { ...value, ...Object.fromEntries(lists.map(([key, member]) => [key, mapLists(member, change)])) }
}

/** Every object of every list, changed. */
export const mapItems = (value: unknown, change: (item: Plain) => Plain): unknown =>
  mapLists(value, (list) =>
    isMatch(list)
      ? list
      : list.map((item) => (typeof item === 'object' && item !== null ? change(item as Plain) : item)),
  )
