import type { Test } from 'tap'
import { checkHostile, checkLine, isMessage, linesOf } from './message-lines.ts'

/**
 * Every vector of these types decodes, encodes to the same bytes, also through JSON, and prints as
 * ovs-ofctl prints it.
 */
export const checkVectors = (t: Test, ...types: readonly number[]): void => {
  const vectors = linesOf(t, (vector) => isMessage(vector, ...types) && !vector.line.truncated)
  for (const vector of vectors) checkLine(t, vector)
}

/** Hostile lines whose names match do what is expected of them. */
export const checkHostileLines = (t: Test, names: RegExp): void => {
  const vectors = linesOf(t, ({ form, name }) => form === 'hostile' && names.test(name))
  for (const vector of vectors) checkHostile(t, vector)
}
