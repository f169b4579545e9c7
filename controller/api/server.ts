import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import type { TSchema } from 'typebox'
import { checkExposure, guard } from './access.ts'
import type { Api } from './api.ts'
import type { ApiContext } from './context.ts'
import { answerErrors, badRequest } from './errors.ts'
import { addresses } from './intent/addresses.ts'
import { apply } from './intent/apply.ts'
import { entities } from './intent/entities.ts'
import { history } from './intent/history.ts'
import { hosts } from './intent/hosts.ts'
import { judgeOf } from './intent/judge.ts'
import { watch } from './intent/watch.ts'
import { metricsOf } from './metrics.ts'
import { answers } from './routes/answers.ts'
import { apps } from './routes/apps.ts'
import { connections } from './routes/connections.ts'
import { drops } from './routes/drops.ts'
import { flows } from './routes/flows.ts'
import { limits } from './routes/limits.ts'
import { packets } from './routes/packets.ts'
import { rules } from './routes/rules.ts'
import { switches } from './routes/switches.ts'
import { translations } from './routes/translations.ts'
import { ErrorBody } from './schemas.ts'

export interface ApiOptions extends Omit<ApiContext, 'trusted'> {
  /** What callers must show; needed where others than this machine can reach the API. */
  readonly token?: string
  /** Told of failures that are ours. Must not throw. */
  readonly failed?: (error: Error) => void
}

/** Milliseconds for a request to come in whole. */
const requestTimeout = 30_000

const documentation = (version: string) =>
  ({
    openapi: {
      info: { title: 'heddle', description: 'The controller: networks, hosts, switches, flows and apps', version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  }) as const

/** The HTTP API of a controller, not yet listening. */
export const createApi = async (options: ApiOptions): Promise<Api> => {
  const { token, version, failed = () => undefined } = options
  const context: ApiContext = { ...options, trusted: token !== undefined }
  const api: Api = fastify({ requestTimeout, forceCloseConnections: true }).withTypeProvider<TypeBoxTypeProvider>()
  // Browsers send text/plain to any site without asking first.
  api.removeContentTypeParser('text/plain')
  api.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const judge = judgeOf(schema)
    return (value) => {
      const problems = judge(value)
      return problems.length === 0 ? { value } : { error: badRequest(httpPart, problems) }
    }
  })
  answerErrors(api, failed)
  api.addHook('onRoute', ({ schema }) => {
    if (schema?.response) Object.assign(schema.response, { '4xx': ErrorBody, '5xx': ErrorBody })
  })
  guard(api, token)
  await api.register(swagger, documentation(version))
  await api.register(swaggerUi, { routePrefix: '/docs' })
  const intent = [entities, apply, history, addresses, hosts, watch]
  const vrouter = [rules, limits, translations, connections]
  for (const routes of [...intent, ...vrouter, switches, flows, drops, packets, apps, answers]) routes(api, context)
  const registry = metricsOf(context)
  api.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
  return api
}

/**
 * Serves the HTTP API.
 *
 * @throws ExposureError for an address that others can reach, without a token
 */
export const serveApi = async (options: ApiOptions, host: string, port: number): Promise<Api> => {
  checkExposure(host, options.token)
  const api = await createApi(options)
  await api.listen({ host, port })
  return api
}
