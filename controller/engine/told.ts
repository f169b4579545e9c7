import { Flow } from '../flow/index.ts'
import { SwitchError } from '../switch/index.ts'
import { ownerName } from './desired.ts'
import type { KeeperEvents } from './keeper.ts'
import { type LiveSwitch, lacksNicira, type Report } from './live-switch.ts'
import type { Model } from './model/model.ts'

/** What a keeper tells of the switch of this name, as people read it. */
export const reporting = (name: string, report: Report): Omit<KeeperEvents, 'recover'> => {
  const about = { dpid: name }
  return {
    kept: ({ apps, flows, groups, meters }) => {
      const what = `${flows.size} flows, ${groups} groups and ${meters} meters`
      const text = `switch ${name} keeps ${what} of before: ${apps.join(', ')} could not be loaded`
      report('warn', text, { ...about, apps })
    },
    synced: (messages) => report('info', `switch ${name} holds what it should`, { ...about, messages }),
    refused: ({ operation: { owner, what }, errorName }) => {
      const text = `switch ${name} refused a ${what} of ${ownerName(owner)}: ${errorName}`
      report('error', text, { ...about, ...owner, errorName })
    },
    givenUp: ({ owner, what }) => {
      const whose = owner.app === '' ? 'that nobody wants' : `of ${ownerName(owner)}`
      const text = `switch ${name} holds a ${what} ${whose} in another form than it was sent; it is left so`
      report('warn', text, { ...about, ...owner })
    },
    drift: (what, repaired) => report('warn', `switch ${name}: ${what}${repaired ? ', repaired' : ''}`, about),
    uncertain: (error) => {
      const text = `switch ${name} is read again: ${error.message}`
      report(error instanceof SwitchError ? 'warn' : 'error', text, { ...about, stack: error.stack })
    },
  }
}

/** Reports where more than one rule has come to want the same in a switch. */
export const tellContests = ({ desired, session: { name } }: LiveSwitch, report: Report): void => {
  for (const { winner, losers } of desired.takeContests()) {
    const others = losers.map(({ owner }) => ownerName(owner)).join(' and ')
    const what = winner.thing instanceof Flow ? `a flow of table ${winner.thing.tableId}` : `number ${winner.thing.id}`
    const text = `switch ${name}: ${ownerName(winner.owner)} and ${others} both want ${what}; the first has it`
    report('warn', text, { dpid: name, owner: winner.owner, others: losers.map(({ owner }) => owner) })
  }
}

/** Reports a switch that cannot be the integration bridge that it is. */
export const tellUnfit = ({ view: { dpid, name, nicira } }: LiveSwitch, model: Model, report: Report): void => {
  if (nicira || !model.isIntegration(dpid)) return
  report('error', `switch ${name} is refused as a host's integration bridge: ${lacksNicira}`, { dpid: name })
}

/** Reports malformed messages ever more rarely, so that a broken switch does not fill the log. */
export const countMalformed = (name: string, report: Report): ((reason: string) => void) => {
  let count = 0
  return (reason) => {
    count++
    if (Number.isInteger(Math.log2(count))) {
      report('warn', `switch ${name} sent what is no OpenFlow: ${reason}`, { dpid: name, count })
    }
  }
}
