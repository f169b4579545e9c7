import Type from 'typebox'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { findSwitches } from '../find.ts'
import { Entry, Port, Switch, SwitchQuery } from '../schemas.ts'
import { entryView, portViews, switchView } from '../views.ts'

/** What is connected, and what stands in it besides flows. */
export const switches = (api: Api, context: ApiContext): void => {
  api.get(
    '/v1/switches',
    { schema: { summary: 'Connected switches', querystring: SwitchQuery, response: { 200: Type.Array(Switch) } } },
    ({ query }) => findSwitches(context, query.dpid).map(switchView),
  )
  api.get(
    '/v1/ports',
    { schema: { summary: 'Ports of switches', querystring: SwitchQuery, response: { 200: Type.Array(Port) } } },
    ({ query }) => findSwitches(context, query.dpid).flatMap(portViews),
  )
  for (const kind of ['groups', 'meters'] as const) {
    api.get(
      `/v1/${kind}`,
      { schema: { summary: `Desired ${kind}`, querystring: SwitchQuery, response: { 200: Type.Array(Entry) } } },
      ({ query }) =>
        findSwitches(context, query.dpid).flatMap((live) =>
          [...live.desired[kind].entries()].map(([, claim]) => entryView(live, claim)),
        ),
    )
  }
}
