import { parseFlowMod } from '../openflow/index.ts'
import { Flow, keyHead } from './flow.ts'

/** Which flows a text means: those with its match, and with its cookie, table and priority where it has them. */
export interface FlowQuery {
  readonly cookie: bigint | undefined
  readonly table: number | undefined
  readonly priority: number | undefined
  /** The bytes of the match's fields, as in a flow's key; undefined where the text is only a cookie. */
  readonly fields: string | undefined
}

const cookieForm = /^\s*(?:cookie=)?(0x[0-9a-f]{1,16}|\d{1,20})\s*,?\s*$/i
const has = (text: string, member: string): boolean => new RegExp(`(^|[\\s,])${member}=`).test(text)

/** What a flow does is not asked for. */
const whole = (text: string): string => (/(^|[\s,])actions?=/.test(text) ? text : `${text} actions=drop`)

/**
 * Reads a cookie, or a flow in ovs-ofctl's syntax; a line that `ovs-ofctl dump-flows` printed will do.
 *
 * @throws TextSyntaxError naming the part that is wrong
 */
export const parseFlowQuery = (text: string): FlowQuery => {
  const cookie = cookieForm.exec(text)?.[1]
  if (cookie !== undefined) {
    return { cookie: BigInt(cookie), table: undefined, priority: undefined, fields: undefined }
  }
  const { tableId, priority, match, cookie: named } = parseFlowMod(whole(text))
  const { key } = new Flow({ tableId, priority, match, instructions: [] })
  return {
    cookie: has(text, 'cookie') ? named : undefined,
    table: has(text, 'table') ? tableId : undefined,
    priority: has(text, 'priority') ? priority : undefined,
    fields: key.slice(keyHead),
  }
}

/** Whether a flow is meant by a query, as far as its key tells; its cookie is for the caller to compare. */
export const meant = (
  query: FlowQuery,
  { key, tableId, priority }: Pick<Flow, 'key' | 'tableId' | 'priority'>,
): boolean =>
  (query.fields === undefined || query.fields === key.slice(keyHead)) &&
  (query.table === undefined || query.table === tableId) &&
  (query.priority === undefined || query.priority === priority)
