import { hex } from '../fields/value-text.ts'
import { dottedBytes, integer, items } from '../text/scan.ts'
import { pad, struct } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { toHex } from '../wire/json.ts'
import { ALL_ONES_64, rest, u8, u16, u32, u64 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { NICIRA } from './wire.ts'

/** An action without arguments, under its keyword. */
const bare = <const Name extends string>(name: Name, subtype: number, keyword: string) =>
  actionKind({
    name,
    wire: { experimenter: NICIRA, subtype },
    body: struct({ pad: pad(6) }),
    format: () => keyword,
    keywords: { [keyword]: () => [{ type: name }] },
  })

const setTunnel = actionKind({
  name: 'setTunnel',
  wire: { experimenter: NICIRA, subtype: 2 },
  body: struct({ pad: pad(2), tunnelId: u32 }),
  format: ({ tunnelId }) => `set_tunnel:${hex(tunnelId)}`,
})

const setTunnel64 = actionKind({
  name: 'setTunnel64',
  wire: { experimenter: NICIRA, subtype: 9 },
  body: struct({ pad: pad(6), tunnelId: u64 }),
  format: ({ tunnelId }) => `set_tunnel64:${hex(tunnelId)}`,
})

/** Bytes that mean nothing to the switch. On the wire they end at a multiple of 8, filled with zeros. */
const note = actionKind({
  name: 'note',
  wire: { experimenter: NICIRA, subtype: 8 },
  body: struct({ note: rest }),
  format: (body) => `note:${dotted(body.note)}`,
  keywords: { note: ({ value }) => [{ type: 'note', note: dottedBytes(value) }] },
})

/** `01.02.0a` */
export const dotted = (bytes: Uint8Array): string => toHex(bytes).replace(/(..)(?=.)/g, '$1.')

/** Timeouts in seconds that the flow gets when a packet with FIN or RST passes; 0 for none. */
const finTimeout = actionKind({
  name: 'finTimeout',
  wire: { experimenter: NICIRA, subtype: 19 },
  body: struct({ finIdleTimeout: u16, finHardTimeout: u16, pad: pad(2) }),
  format: ({ finIdleTimeout, finHardTimeout }) => {
    const idle = finIdleTimeout === 0 ? [] : [`idle_timeout=${finIdleTimeout}`]
    const hard = finHardTimeout === 0 ? [] : [`hard_timeout=${finHardTimeout}`]
    return `fin_timeout(${[...idle, ...hard].join(',')})`
  },
  keywords: { fin_timeout: ({ value }) => [parseFinTimeout(value)] },
})

const parseFinTimeout = (text: string) => {
  const action = { type: 'finTimeout', finIdleTimeout: 0, finHardTimeout: 0 }
  for (const { key, value, text: item } of items(text)) {
    if (key === 'idle_timeout') action.finIdleTimeout = integer(value, 0xffff)
    else if (key === 'hard_timeout') action.finHardTimeout = integer(value, 0xffff)
    else throw new TextSyntaxError(item, 'idle_timeout= or hard_timeout= is expected')
  }
  return action
}

/** The write-metadata instruction as an action, as switches without instructions have it. */
const writeMetadata = actionKind({
  name: 'writeMetadata',
  wire: { experimenter: NICIRA, subtype: 22 },
  body: struct({ pad: pad(6), metadata: u64, mask: u64 }),
  format: ({ metadata, mask }) => `write_metadata:${hex(metadata)}${mask === ALL_ONES_64 ? '' : `/${hex(mask)}`}`,
})

/** Makes the flow one of the flows of a conjunctive match; `clause` counts from 0. */
const conjunction = actionKind({
  name: 'conjunction',
  wire: { experimenter: NICIRA, subtype: 34 },
  body: struct({ clause: u8, nClauses: u8, id: u32 }),
  format: ({ clause, nClauses, id }) => `conjunction(${id},${clause + 1}/${nClauses})`,
  keywords: { conjunction: ({ value }) => [parseConjunction(value)] },
})

/** Most clauses that Open vSwitch takes. */
const maximumClauses = 64

const parseConjunction = (text: string) => {
  const [, id = '', clause = '', count = ''] = /^\s*(\w+)\s*,\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? []
  const nClauses = Number(count)
  if (nClauses < 2 || nClauses > maximumClauses || Number(clause) < 1 || Number(clause) > nClauses) {
    throw new TextSyntaxError(text, 'conjunction(id,i/n) is expected, with 2 to 64 clauses')
  }
  return { type: 'conjunction', clause: Number(clause) - 1, nClauses, id: integer(id) }
}

/** Nicira actions of a few fixed members. */
export const simpleKinds = [
  bare('popQueue', 5, 'pop_queue'),
  bare('exit', 17, 'exit'),
  bare('ctClear', 43, 'ct_clear'),
  bare('decNshTtl', 48, 'dec_nsh_ttl'),
  bare('debugSlow', 254, 'debug_slow'),
  bare('debugRecirc', 255, 'debug_recirc'),
  setTunnel,
  setTunnel64,
  note,
  finTimeout,
  writeMetadata,
  conjunction,
] as const
