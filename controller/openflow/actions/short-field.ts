import { parseSubfield, type Subfield } from '../fields/subfield.ts'
import { TextSyntaxError } from '../wire/errors.ts'

/** Parses bits of a field for an action that has room for 4 bytes of header only. */
export const parseShortSubfield = (text: string): Subfield => {
  const found = parseSubfield(text)
  if (found.code.experimenter === undefined) return found
  throw new TextSyntaxError(text, 'this action cannot name experimenter fields')
}
