import type { Problem } from '../../engine/index.ts'
import {
  CompactedError,
  FutureRevisionError,
  IntentError,
  type IntentProblem,
  InvalidRequestError,
  PreconditionError,
} from '../../state/index.ts'
import { ApiError, badField } from '../errors.ts'

const preconditionFailed = 412
const gone = 410

/** Problems by the parts of the request that they are about. */
export type PlaceOf = (problem: IntentProblem) => string

export const intentError = (problems: readonly IntentProblem[], placeOf: PlaceOf): ApiError => {
  const placed: Problem[] = problems.map((problem) => ({ path: placeOf(problem), message: problem.message }))
  return new ApiError(400, new IntentError(problems).message, placed)
}

/** The thing and the field, for what is no part of the request. */
export const fullPlace: PlaceOf = ({ kind, id, path }) =>
  [`${kind} ${id}`, path].filter((part) => part !== '').join('/')

/**
 * Does something with what users want, and puts mistakes as answers.
 *
 * @throws ApiError
 */
export const orRefuse = async <T>(placeOf: PlaceOf, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof IntentError) throw intentError(error.problems, placeOf)
    if (error instanceof PreconditionError) throw new ApiError(preconditionFailed, error.message)
    if (error instanceof CompactedError) throw new ApiError(gone, error.message)
    if (error instanceof FutureRevisionError || error instanceof InvalidRequestError) {
      throw badField('revision', error.message)
    }
    throw error
  }
}
