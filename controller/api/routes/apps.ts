import { realpathSync, statSync } from 'node:fs'
import Type from 'typebox'
import type { AppOrder, HostedApp } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError, badField, notFound } from '../errors.ts'
import { App, Name, Order, Plan } from '../schemas.ts'
import { appView } from '../views.ts'
import { planStream } from './plan-text.ts'

const worldWritable = 0o002

/**
 * A file's code runs as the controller. Without a token anyone on this machine may ask for it, so
 * that it must be one that they could not have written.
 */
const checkFile = (file: string): void => {
  const { uid, mode } = statSync(realpathSync(file))
  const self = process.getuid?.() ?? uid
  if ((uid === 0 || uid === self) && (mode & worldWritable) === 0) return
  throw new ApiError(
    403,
    `${file} belongs to another user than the controller's, or anyone may write it: ` +
      'change its owner, or give the API a token',
  )
}

const orderOf = ({ name, file, config }: Order, { trusted }: ApiContext): AppOrder => {
  if ((name === undefined) === (file === undefined)) throw badField('name', 'exactly one of name and file is expected')
  const configured = config === undefined ? {} : { config }
  if (name !== undefined) return { source: { builtin: name }, ...configured }
  if (file === undefined || !file.startsWith('/')) throw badField('file', 'an absolute path is expected')
  if (!statSync(file, { throwIfNoEntry: false })) throw badField('file', `there is no ${file}`)
  if (!trusted) checkFile(file)
  return { source: { file }, ...configured }
}

const missing = (name: string): ApiError => notFound(`no app ${name} is loaded`)

/** What an app throws while it is loaded is its author's to mend, and no failure of ours. */
const orExplain = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    const { name, message } = error as Error
    throw name === 'Error' ? new ApiError(422, message) : error
  }
}

const found = (app: HostedApp | undefined, name: string) => {
  if (!app) throw missing(name)
  return appView(app)
}

const lookingAt = (api: Api, { host }: ApiContext): void => {
  api.get('/v1/apps', { schema: { summary: 'Loaded apps', response: { 200: Type.Array(App) } } }, () =>
    host.list().map(appView),
  )
  api.get(
    '/v1/apps/:name',
    { schema: { summary: 'One app', params: Name, response: { 200: App } } },
    ({ params: { name } }) => found(host.get(name), name),
  )
}

/** Apps: what is loaded, and loading, reloading and unloading. */
export const apps = (api: Api, context: ApiContext): void => {
  const { host } = context
  lookingAt(api, context)
  api.post(
    '/v1/apps',
    {
      schema: {
        summary: 'Load an app, or put it in the place of the one of its name',
        body: Order,
        response: { 200: App },
      },
    },
    async ({ body }) => appView(await orExplain(host.load(orderOf(body, context), { remember: true }))),
  )
  api.post(
    '/v1/apps/:name/reload',
    { schema: { summary: "Read an app's file again", params: Name, response: { 200: App } } },
    async ({ params: { name } }) => found(await orExplain(host.reload(name)), name),
  )
  api.delete(
    '/v1/apps/:name',
    { schema: { summary: 'Unload an app: its flows are withdrawn', params: Name, response: { 204: Type.Null() } } },
    async ({ params: { name } }, reply) => {
      if (!(await host.unload(name))) throw missing(name)
      return reply.code(204).send(null)
    },
  )
  api.post(
    '/v1/plan',
    { schema: { summary: 'What loading an app would change; nothing is sent', body: Order, response: { 200: Plan } } },
    async ({ body }, reply) => {
      const { app, switches } = await orExplain(host.plan(orderOf(body, context)))
      reply.type('application/json; charset=utf-8')
      return reply.send(planStream(app, switches) as never)
    },
  )
}
