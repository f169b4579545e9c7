import type { Problem } from '../../controller/yaml/index.ts'
import type { Resource } from './description.ts'
import { LabError } from './errors.ts'
import { sectionOf } from './sections.ts'

/** What the lab reads of a port, as `GET /v1/ports` shows it. */
export interface PortView {
  readonly id: string
  readonly network: string
  readonly mac: string
  readonly addresses: readonly string[]
  /** unbound, bound or installed */
  readonly status: string
}

/** What the lab reads of a subnet. */
export interface SubnetView {
  readonly id: string
  readonly network: string
  readonly cidr: string
  readonly gateway: string | null
}

/** What the lab reads of a host. */
export interface HostView {
  readonly id: string
}

/** What the lab reads of a network. */
export interface NetworkView {
  readonly id: string
  /** Bytes of an IP packet. */
  readonly mtu: number
}

const deadline = 30_000

/** `path: message`, for a problem without a place in a file. */
const plain = ({ path, message }: Problem): string => `${path}: ${message}`

/** A problem of `resources/3/spec/cidr`, as one of `subnets/blue-v4/cidr`. */
const inFile = (resources: readonly Resource[], { path, message }: Problem): Problem => {
  const [, index = '', rest = ''] = /^resources\/(\d+)(?:\/spec)?(.*)$/.exec(path) ?? []
  const resource = resources[Number(index)]
  if (index === '' || resource === undefined) return { path, message }
  return { path: `${sectionOf(resource.kind)}/${resource.id}${rest}`, message }
}

/** The controller, as its HTTP API shows it. */
export class Client {
  private readonly api: string

  /** @param api `HOST:PORT` */
  constructor(api: string) {
    this.api = api
  }

  private async ask<T>(path: string, body?: unknown): Promise<{ readonly ok: boolean; readonly answer: T }> {
    const token = process.env.HEDDLE_TOKEN || undefined
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`http://${this.api}${path}`, { ...request, signal: AbortSignal.timeout(deadline) })
    return { ok: response.ok, answer: (await response.json()) as T }
  }

  /**
   * What the API answers to a GET.
   *
   * @throws LabError where nobody answers, or refuses
   */
  async get<T>(path: string): Promise<T> {
    const { ok, answer } = await this.ask<T>(path).catch((error: Error) => {
      throw new LabError(
        `no controller answers at http://${this.api}: ${(error.cause as Error | undefined)?.message ?? error.message}`,
      )
    })
    if (!ok) throw new LabError(`${path}: ${(answer as { error?: string }).error}`)
    return answer
  }

  /**
   * Asks for resources, all or none.
   *
   * @throws LabError naming what the controller refuses, each by `locate`
   */
  async apply(resources: readonly Resource[], locate: (problem: Problem) => string = plain): Promise<void> {
    if (resources.length === 0) return
    const { ok, answer } = await this.ask<{ error?: string; problems?: Problem[] }>('/v1/apply', { resources })
    if (ok) return
    const { error = 'the controller refuses', problems = [] } = answer
    const lines = problems.map((problem) => locate(inFile(resources, problem)))
    throw new LabError(lines.length === 0 ? error : lines.join('\n'))
  }

  ports(): Promise<readonly PortView[]> {
    return this.get('/v1/ports')
  }

  subnets(): Promise<readonly SubnetView[]> {
    return this.get('/v1/subnets')
  }

  hosts(): Promise<readonly HostView[]> {
    return this.get('/v1/hosts')
  }

  networks(): Promise<readonly NetworkView[]> {
    return this.get('/v1/networks')
  }
}
