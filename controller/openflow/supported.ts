import { actionKinds } from './actions/actions.ts'
import { shorthands } from './actions/shorthand.ts'
import { allFields, type Field, type OxmCode } from './fields/field.ts'
import { instructionKinds } from './instructions/instructions.ts'
import { GroupType } from './messages/bucket.ts'
import type { MessageWire } from './messages/kind.ts'
import { messageKinds } from './messages/messages.ts'
import { meterBandKinds } from './messages/meter-band.ts'
import { actionKinds10 } from './of10/actions.ts'
import { errorEntries10 } from './of10/errors.ts'
import { messageKinds as messageKinds10 } from './of10/messages.ts'
import { experimenterErrorEntries } from './wire/error-experimenter.ts'
import { errorEntries } from './wire/error-table.ts'

/** One thing that the codec supports: its name, numbers and the like, in the order to show them. */
export type SupportedRow = Readonly<Record<string, string | number>>

const hex = (value: number): string => `0x${value.toString(16)}`

const messageWire = (wire: MessageWire): string => {
  if ('type' in wire) return `${wire.type}`
  const experimenter = 'experimenter' in wire ? `${hex(wire.experimenter)}/${wire.expType}` : ''
  if (!('multipart' in wire)) return experimenter
  return `${wire.multipart} ${'part' in wire ? wire.part : experimenter}`
}

type Kind = (typeof messageKinds)[number]

const messageRow = ({ name, ofp, wire }: Kind): SupportedRow => ({
  name,
  number: messageWire(wire),
  'ovs-ofctl name': ofp,
})

const isMultipart = ({ wire }: Kind): boolean => 'multipart' in wire
const isExperimenter = ({ wire }: Kind): boolean => 'expType' in wire && !('multipart' in wire)

/** `OXM_OF_ETH_DST 0x8000/3`, with the experimenter where there is one. */
const codeText = ({ name, class: oxmClass, number, experimenter }: OxmCode): string =>
  `${name} ${hex(oxmClass)}${experimenter === undefined ? '' : `/${hex(experimenter)}`}/${number}`

const codesText = (codes: readonly OxmCode[]): string => codes.map(codeText).join(', ') || '-'

const isNxm = ({ name }: OxmCode): boolean => name.startsWith('NXM_')

const fieldRow = (field: Field): SupportedRow => ({
  field: field.key,
  text: field.names.join(' '),
  bits: field.bits,
  mask: field.maskable ? 'any' : 'none',
  set: field.writable ? 'yes' : 'no',
  prerequisite: field.prerequisite,
  oxm: codesText(field.codePoints.filter((code) => !isNxm(code))),
  nxm: codesText(field.codePoints.filter(isNxm)),
})

const actionRow = ({ name, wire }: (typeof actionKinds)[number]): SupportedRow => ({
  name,
  number: 'type' in wire ? wire.type : `${hex(wire.experimenter)}/${wire.subtype}`,
})

/** Words that begin an action in text; a shorthand stands for one action or another, as the rest of it says. */
const keywordRows = (): SupportedRow[] => [
  ...actionKinds.flatMap(({ name, keywords = {} }) => Object.keys(keywords).map((word) => ({ word, action: name }))),
  ...Object.keys(shorthands).map((word) => ({ word, action: '-' })),
]

const namedRows = (names: Readonly<Record<string, number>>): SupportedRow[] =>
  Object.entries(names).map(([name, number]) => ({ name, number }))

const errorRow = ({ name, type, code }: (typeof errorEntries10)[number]): SupportedRow => ({ name, type, code })

const core = messageKinds.filter((kind) => !isMultipart(kind) && !isExperimenter(kind))

/** All that the codec supports, from the tables that it works by, as titled lists. */
export const supported = (): Readonly<Record<string, readonly SupportedRow[]>> => ({
  messages: core.map(messageRow).toSorted((a, b) => Number(a.number) - Number(b.number)),
  'multipart messages': messageKinds.filter(isMultipart).map(messageRow),
  'experimenter messages': messageKinds.filter(isExperimenter).map(messageRow),
  'match fields': allFields.map(fieldRow),
  instructions: instructionKinds.map(({ name, type }) => ({ name, number: type })),
  actions: actionKinds.map(actionRow),
  'words of actions in text': keywordRows(),
  'group types': namedRows(GroupType),
  'meter bands': meterBandKinds.map(({ name, tag }) => ({ name, number: tag })),
  errors: errorEntries.map(errorRow),
  'experimenter errors': experimenterErrorEntries.map(({ name, experimenter, expType }) => ({
    name,
    number: `${hex(experimenter)}/${expType}`,
  })),
  'messages of OpenFlow 1.0': messageKinds10.map(messageRow),
  'actions of OpenFlow 1.0': actionKinds10.map(actionRow),
  'errors of OpenFlow 1.0': errorEntries10.map(errorRow),
})
