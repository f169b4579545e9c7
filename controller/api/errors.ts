import type { FastifyInstance, FastifyReply } from 'fastify'
import { AppFileError, ConfigError, type Problem, problemText, TextSyntaxError } from '../engine/index.ts'

/** A request that cannot be served, and what its sender is told. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly statusCode: number
  /** The parts of the request that are wrong. */
  readonly problems: readonly Problem[]

  constructor(statusCode: number, message: string, problems: readonly Problem[] = []) {
    super(message)
    this.statusCode = statusCode
    this.problems = problems
  }
}

/** One part of the request is wrong. */
export const badField = (path: string, message: string): ApiError =>
  new ApiError(400, `${path}: ${message}`, [{ path, message }])

export const notFound = (what: string): ApiError => new ApiError(404, what)

/** The parts of a request by the names that its sender knows. */
const partNames: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' }

export const badRequest = (part: string | undefined, problems: readonly Problem[]): ApiError =>
  new ApiError(400, `${partNames[part ?? ''] ?? part ?? 'request'}: ${problems.map(problemText).join('; ')}`, problems)

/** What the app's author or its user has to mend. */
const unprocessable = 422

const asApiError = (error: unknown): ApiError | undefined => {
  if (error instanceof ApiError) return error
  if (error instanceof ConfigError) {
    const problems = error.problems.map(({ path, message }) => ({ path: `config/${path}`, message }))
    return new ApiError(400, error.message, problems)
  }
  if (error instanceof AppFileError) return new ApiError(unprocessable, error.message)
  if (error instanceof TextSyntaxError) return new ApiError(400, error.message)
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown }
  // Fastify's own: a body that is no JSON, one that is too long.
  if (typeof statusCode === 'number' && statusCode < 500) return new ApiError(statusCode, String(message))
  return undefined
}

const send = (reply: FastifyReply, { statusCode, message, problems }: ApiError): FastifyReply =>
  reply.code(statusCode).send({ error: message, problems })

/** Answers errors as JSON: `{ "error": "...", "problems": [{ "path": "...", "message": "..." }] }`. */
export const answerErrors = (api: FastifyInstance, failed: (error: Error) => void): void => {
  api.setErrorHandler((error: Error, _request, reply) => {
    const known = asApiError(error)
    if (!known) failed(error)
    return send(reply, known ?? new ApiError(500, `this request failed: ${error.message}`))
  })
  api.setNotFoundHandler((request, reply) =>
    send(reply, notFound(`there is no ${request.method} ${request.url.split('?')[0]}; /docs lists what there is`)),
  )
}
