import { messageKind } from '../messages/kind.ts'
import { type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { enumOf, nameOf } from '../wire/names.ts'
import { u8, u16, u32 } from '../wire/primitives.ts'

/** What to do with the mappings: CLEAR takes none and removes all. */
export const TlvTableCommand = { ADD: 0, DELETE: 1, CLEAR: 2 } as const

/** Which match field a Geneve option stands for. */
const mapping = struct({
  optionClass: u16,
  optionType: u8,
  optionLength: u8, // bytes, a multiple of 4 up to 124
  /** The n of tun_metadata n. */
  index: u16,
  pad: pad(2),
})

/** The Geneve option that a tun_metadata field stands for. */
export type TlvMapping = Infer<typeof mapping>

const hex = (value: number, width: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`).padStart(width)

const mappingLine = ({ optionClass, optionType, optionLength, index }: TlvMapping): string =>
  `\n ${hex(optionClass, 6)}  ${hex(optionType, 4)}  ${String(optionLength).padStart(6)}  tun_metadata${index}`

const tableText = (mappings: readonly TlvMapping[]): string =>
  [
    ' mapping table:',
    '\n  class  type  length  match field',
    '\n ------  ----  ------  --------------',
    ...mappings.map(mappingLine),
  ].join('')

const commandTexts: Readonly<Record<string, string>> = { ADD: 'ADD', DELETE: 'DEL', CLEAR: 'CLEAR' }

/** Adds or removes mappings between Geneve options and tun_metadata fields. */
const tlvTableMod = messageKind({
  name: 'tlvTableMod',
  ofp: 'NXT_TLV_TABLE_MOD',
  wire: { experimenter: Experimenter.NICIRA, expType: 24 },
  body: struct({ command: enumOf(u16, TlvTableCommand), pad: pad(6), mappings: listOf(mapping) }),
  text({ command, mappings }) {
    const word = commandTexts[nameOf(TlvTableCommand, command) ?? ''] ?? `command:${command}`
    return `\n ${word}${command === TlvTableCommand.CLEAR ? '' : tableText(mappings)}`
  },
})

/** Asks for the mappings. */
const tlvTableRequest = messageKind({
  name: 'tlvTableRequest',
  ofp: 'NXT_TLV_TABLE_REQUEST',
  wire: { experimenter: Experimenter.NICIRA, expType: 25 },
  body: struct({}),
})

/** The mappings, and how many there may be. */
const tlvTableReply = messageKind({
  name: 'tlvTableReply',
  ofp: 'NXT_TLV_TABLE_REPLY',
  wire: { experimenter: Experimenter.NICIRA, expType: 26 },
  body: struct({
    maxOptionSpace: u32, // bytes of all options together
    maxFields: u16,
    reserved: pad(10),
    mappings: listOf(mapping),
  }),
  text({ maxOptionSpace, maxFields, mappings }) {
    const allocated = mappings.reduce((sum, { optionLength }) => sum + optionLength, 0)
    return (
      `\n max option space=${maxOptionSpace} max fields=${maxFields}` +
      `\n allocated option space=${allocated}\n\n${tableText(mappings)}`
    )
  },
})

export const tlvTableKinds = [tlvTableMod, tlvTableRequest, tlvTableReply] as const
