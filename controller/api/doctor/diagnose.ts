import { sourceText } from '../../engine/index.ts'
import type { ApiContext } from '../context.ts'
import { findSwitches, findSwitches10 } from '../find.ts'
import type { Diagnosis } from '../schemas.ts'
import { bridgeOf } from '../views.ts'
import { abilities, abilities10 } from './abilities.ts'
import { contents } from './contents.ts'
import { aboutWays } from './ways.ts'

const aboutApps = ({ host }: ApiContext): Diagnosis[] => {
  const apps = host.list()
  if (apps.length === 0) {
    return [
      { level: 'warning', finding: 'no app is loaded: switches hold no flows', mend: 'heddle app load l2-switch' },
    ]
  }
  return apps
    .filter(({ status }) => status !== 'running')
    .map(({ name, status, failure = '' }) => ({
      level: 'error',
      finding: `app ${name} ${status === 'missing' ? 'could not be loaded' : 'has failed'}: ${failure.split('\n')[0]}`,
      mend: `heddle app reload ${name}`,
    }))
}

/**
 * Apps of plain bridges that no packet comes to: each packet begins in table 0, and an app stays in the
 * tables that were free when it was loaded.
 */
const unreached = ({ engine, host }: ApiContext): Diagnosis[] => {
  const plain = [...engine.apps.values()].filter(({ app }) => app.bridge === undefined && app.pipeline.length > 0)
  const first = plain.find(({ firstTable }) => firstTable === 0)?.app.name
  return plain
    .filter(({ firstTable }) => firstTable !== 0)
    .map(({ app: { name }, firstTable }) => ({
      level: 'warning',
      finding:
        `no packet comes to app ${name}, whose first table is ${firstTable}: on plain bridges they begin in table 0, ` +
        `which ${first === undefined ? 'no app has' : `app ${first} has`}`,
      mend: [
        ...(first === undefined ? [] : [`heddle app unload ${first}`]),
        `heddle app unload ${name}`,
        `heddle app load ${sourceText(host.get(name)?.source ?? { builtin: name })}`,
      ].join(' && '),
    }))
}

const diagnose10 = (context: ApiContext): Diagnosis[] => {
  const reactive = [...context.engine.apps.values()].filter(({ app }) => app.reactive).map(({ app }) => app.name)
  return findSwitches10(context, undefined).flatMap((live) => {
    const bridge = bridgeOf(live) || 'BRIDGE'
    return abilities10(live, bridge, reactive).map((one) => ({ dpid: live.session.name, bridge, ...one }))
  })
}

const aboutHosts = ({ engine, hostProblems }: ApiContext): Diagnosis[] =>
  [...engine.model.hosts.keys()].sort().flatMap((id) =>
    (hostProblems?.(id) ?? []).map(({ finding, ...rest }) => ({
      ...{ level: 'warning', finding: `host ${id}: ${finding}`, ...rest },
    })),
  )

const refusedHosts = ({ refusedHosts: list }: ApiContext): Diagnosis[] =>
  (list?.() ?? []).map(({ address, reason }) => ({
    level: 'error',
    finding: `a host at ${address} is refused: ${reason}`,
  }))

/** What is amiss with the controller, its switches and hosts, as far as OpenFlow and the hosts' databases show it. */
export const diagnose = (context: ApiContext): Diagnosis[] => {
  const switches = findSwitches(context, undefined)
  const none: Diagnosis[] = [
    {
      level: 'warning',
      finding: 'no switch is connected',
      mend: 'ovs-vsctl set-controller BRIDGE tcp:127.0.0.1:6653',
    },
  ]
  const about = switches.flatMap((live) => {
    const bridge = bridgeOf(live) || 'BRIDGE'
    const isIntegration = context.engine.model.isIntegration(live.view.dpid)
    return [...abilities(live, bridge, isIntegration), ...contents(context, live, bridge)].map((one) => ({
      dpid: live.session.name,
      bridge,
      ...one,
    }))
  })
  const aboutOld = diagnose10(context)
  return [
    ...aboutApps(context),
    ...unreached(context),
    ...(switches.length + aboutOld.length === 0 ? none : about),
    ...aboutOld,
    ...aboutHosts(context),
    ...refusedHosts(context),
    ...aboutWays(context),
  ]
}
