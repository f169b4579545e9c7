import { formatPort, Port, parsePort } from '../fields/port-text.ts'
import { integer } from '../text/scan.ts'
import { pad, struct } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { u8 } from '../wire/primitives.ts'
import { actionKind, type ParseAction } from './kind.ts'
import { NICIRA, port16 } from './wire.ts'

/** Stands for the table that holds the flow. */
export const CURRENT_TABLE = 255

const resubmit = actionKind({
  name: 'resubmit',
  wire: { experimenter: NICIRA, subtype: 1 },
  body: struct({ inPort: port16 }),
  format: ({ inPort }) => formatResubmit(inPort, CURRENT_TABLE, ''),
})

const formatResubmit = (inPort: number, tableId: number, suffix: string): string => {
  if (inPort !== Port.IN_PORT && tableId === CURRENT_TABLE && suffix === '') return `resubmit:${formatPort(inPort)}`
  const port = inPort === Port.IN_PORT ? '' : formatPort(inPort)
  return `resubmit(${port},${tableId === CURRENT_TABLE ? '' : tableId}${suffix})`
}

const parseResubmit: ParseAction<unknown> = ({ value, text }) => {
  const [port = '', table = '', ct = ''] = value.split(',').map((part) => part.trim())
  const inPort = port === '' ? Port.IN_PORT : parsePort(port)
  const tableId = table === '' ? CURRENT_TABLE : integer(table, CURRENT_TABLE)
  if (ct !== '' && ct !== 'ct') throw new TextSyntaxError(text, 'resubmit(port,table[,ct]) is expected')
  if (inPort === Port.IN_PORT && tableId === CURRENT_TABLE) {
    throw new TextSyntaxError(text, 'resubmit needs a port or a table')
  }
  return [{ type: ct === '' ? 'resubmitTable' : 'resubmitTableCt', inPort, tableId }]
}

const body = struct({ inPort: port16, tableId: u8, pad: pad(3) })

/** Looks the packet up again, as if it came in by `inPort`, then goes on here. */
const resubmitTable = actionKind({
  name: 'resubmitTable',
  wire: { experimenter: NICIRA, subtype: 14 },
  body,
  format: ({ inPort, tableId }) => formatResubmit(inPort, tableId, ''),
  keywords: { resubmit: parseResubmit },
})

/** The same, matching the addresses of the tracked connection's original direction. */
const resubmitTableCt = actionKind({
  name: 'resubmitTableCt',
  wire: { experimenter: NICIRA, subtype: 44 },
  body,
  format: ({ inPort, tableId }) => formatResubmit(inPort, tableId, ',ct'),
})

/** Look-ups inside a flow's actions. */
export const resubmitKinds = [resubmit, resubmitTable, resubmitTableCt] as const
