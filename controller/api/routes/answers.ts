import Type from 'typebox'
import { TextSyntaxError, why } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { badField } from '../errors.ts'
import { findSwitch } from '../find.ts'
import { closed, Diagnosis, Dpid, Why } from '../schemas.ts'
import { whyView } from '../views.ts'

const WhyQuery = closed({
  dpid: Dpid,
  flow: Type.String({
    description: 'a cookie, or a flow in the syntax of ovs-ofctl, such as a line that dump-flows printed',
    examples: ['table=0,priority=0'],
  }),
})

/** Questions: why a flow is there, what is amiss, whether the controller is alive. */
export const answers = (api: Api, context: ApiContext): void => {
  const { engine, version } = context
  api.get(
    '/v1/why',
    { schema: { summary: 'What made a flow', querystring: WhyQuery, response: { 200: Type.Array(Why) } } },
    ({ query: { dpid, flow } }) => {
      const live = findSwitch(context, dpid)
      try {
        return why(engine, live, flow).map(whyView)
      } catch (error) {
        throw error instanceof TextSyntaxError ? badField('flow', error.message) : error
      }
    },
  )
  api.get(
    '/v1/doctor',
    { schema: { summary: 'What is amiss, and what mends it', response: { 200: Type.Array(Diagnosis) } } },
    () => diagnose(context),
  )
  const Health = Type.Object({ status: Type.Literal('ok'), version: Type.String(), uptime: Type.Number() })
  api.get(
    '/v1/health',
    { schema: { summary: 'Whether the controller is alive; needs no token', response: { 200: Health } } },
    () => ({ status: 'ok' as const, version, uptime: Math.round(process.uptime()) }),
  )
}
