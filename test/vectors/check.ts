import { checkHostile } from './hostile.ts'
import { loadVectors, type Vector } from './load.ts'
import { checkMessage } from './messages.ts'
import { checkSession } from './sessions.ts'
import { reasons, Tally } from './tally.ts'

const problemsOf = ({ form, line, name, file }: Vector, tally: Tally): readonly string[] => {
  if (form === 'message') return checkMessage(line, tally)
  if (form === 'session') return checkSession(line)
  return form === 'hostile' ? checkHostile({ form, line, name, file }) : ['a line of no known form']
}

const checkVector = (vector: Vector, tally: Tally): void => {
  if (vector.form === 'packet') tally.note('not applicable: lines for a packet parser, which this codec is not')
  else
    tally.count(
      vector.name,
      reasons(() => problemsOf(vector, tally)),
    )
}

/** Checks every vector of a folder. */
export const checkFolder = (folder: string): Tally => {
  const tally = new Tally()
  const vectors = loadVectors(folder)
  if (vectors.length === 0) tally.count(folder, ['no vectors there'])
  for (const vector of vectors) checkVector(vector, tally)
  return tally
}
