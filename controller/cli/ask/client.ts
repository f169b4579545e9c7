import type { Problem } from '../../engine/index.ts'
import { formatAddress, parseAddress } from '../address.ts'
import { CliError } from '../cli-error.ts'
import { givenToken } from '../token.ts'

/** Exit code where no controller answers. */
const nobody = 2
const deadline = 60_000

/** The controller answered a request with an error. */
export class RefusedError extends CliError {
  readonly problems: readonly Problem[]

  constructor(message: string, problems: readonly Problem[]) {
    super(message)
    this.problems = problems
  }
}

export interface ClientOptions {
  /** HOST:PORT; else HEDDLE_API, else 127.0.0.1:8181. */
  readonly api?: string
}

export type Method = 'GET' | 'POST' | 'DELETE'

/** What is asked besides the path; members that are undefined are left out. */
export interface Question {
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

const usual = '127.0.0.1:8181'

const notThere = (address: string): CliError =>
  new CliError(
    `no heddle controller answers at http://${address}; start one with: heddle up --app l2-switch\n` +
      '(one elsewhere is named by --api HOST:PORT or HEDDLE_API)',
    nobody,
  )

/** An app's code runs in the controller: one that does not return holds all of it up, until the controller ends itself. */
const silent = (address: string): string =>
  `the controller at ${address} did not answer within ${deadline / 1000} s: it has much to do, or an app in it does not ` +
  'return: then the controller ends by itself, and its log names the app'

const requestOf = (method: Method, body: unknown): RequestInit => {
  const token = givenToken()
  return {
    method,
    signal: AbortSignal.timeout(deadline),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
}

const answerOf = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  const answer: unknown = text === '' ? undefined : JSON.parse(text)
  if (response.ok) return answer
  const { error = response.statusText, problems = [] } = (answer ?? {}) as { error?: string; problems?: Problem[] }
  throw new RefusedError(response.status === 401 ? 'the controller wants its token, in HEDDLE_TOKEN' : error, problems)
}

/**
 * Asks the running controller.
 *
 * @param path such as `/v1/switches`
 * @throws CliError where no controller answers, or it refuses
 */
export const ask = async <T>(
  options: ClientOptions,
  method: Method,
  path: string,
  question: Question = {},
): Promise<T> => {
  const address = formatAddress(parseAddress(options.api ?? process.env.HEDDLE_API ?? usual))
  const url = new URL(path, `http://${address}`)
  for (const [name, value] of Object.entries(question.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const response = await fetch(url, requestOf(method, question.body)).catch((error: Error) => {
    if (error.name === 'TimeoutError') throw new CliError(silent(address), nobody)
    throw notThere(address)
  })
  return (await answerOf(response)) as T
}
