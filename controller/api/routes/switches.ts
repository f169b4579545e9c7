import Type from 'typebox'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { findSwitches, findSwitches10 } from '../find.ts'
import { Entry, Port, Switch, SwitchQuery } from '../schemas.ts'
import { entryView, portViews, switchView, switchView10 } from '../views.ts'

/** What is connected, and what stands in it besides flows. */
export const switches = (api: Api, context: ApiContext): void => {
  api.get(
    '/v1/switches',
    { schema: { summary: 'Connected switches', querystring: SwitchQuery, response: { 200: Type.Array(Switch) } } },
    ({ query: { dpid } }) => {
      const old = findSwitches10(context, dpid).map(switchView10)
      return dpid !== undefined && old.length > 0 ? old : [...findSwitches(context, dpid).map(switchView), ...old]
    },
  )
  api.get(
    '/v1/switch-ports',
    { schema: { summary: 'Ports of switches', querystring: SwitchQuery, response: { 200: Type.Array(Port) } } },
    ({ query: { dpid } }) => {
      const old = findSwitches10(context, dpid).flatMap(portViews)
      return dpid !== undefined && old.length > 0 ? old : [...findSwitches(context, dpid).flatMap(portViews), ...old]
    },
  )
  for (const [kind, path] of [
    ['groups', 'switch-groups'],
    ['meters', 'meters'],
  ] as const) {
    api.get(
      `/v1/${path}`,
      { schema: { summary: `Desired ${kind}`, querystring: SwitchQuery, response: { 200: Type.Array(Entry) } } },
      ({ query }) =>
        findSwitches(context, query.dpid).flatMap((live) =>
          [...live.desired[kind].entries()].map(([, claim]) => entryView(live, claim)),
        ),
    )
  }
}
