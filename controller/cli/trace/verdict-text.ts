import { describeFrame, type Maker, type Verdict } from '../../../topology/walk/index.ts'

/** `app guard, rule own, web-1`; what somebody else made has no app. */
export const makerText = (maker: Maker | undefined): string => {
  if (!maker) return 'no flow'
  const { app, rule, object } = maker
  if (app === '') return "somebody else's flow"
  return [`app ${app}`, ...(rule === '' ? [] : [`rule ${rule}`]), ...(object === '' ? [] : [object])].join(', ')
}

const by = (step: { readonly maker?: Maker } | undefined): string => makerText(step?.maker)

/** What became of a packet, in one line. */
export const verdictText = (verdict: Verdict): string => {
  switch (verdict.is) {
    case 'delivered': {
      const { port, host, others } = verdict
      return `delivered to ${port} on ${host}${others.length === 0 ? '' : `, and to ${others.join(', ')}`}`
    }
    case 'answered':
      return `answered on ${verdict.host} by ${by(verdict.step)} (${describeFrame(verdict.frame)})`
    case 'left': {
      const { host, name, physical } = verdict
      return `left ${host} by its port ${name}${physical === undefined ? '' : `, to the physical network ${physical}`}`
    }
    case 'dropped':
      return `dropped on ${verdict.host}: "${verdict.drop || 'without a name'}", by ${by(verdict.step)}`
    case 'punted':
      return `handed to the controller on ${verdict.host}, by ${by(verdict.step)}`
    case 'lost':
      return `lost${verdict.host === '' ? '' : ` on ${verdict.host}`}: ${verdict.why}`
    case 'unresolved':
      return `never sent: nobody answers who has ${verdict.address}; the question was ${verdictText(verdict.why)}`
    case 'unrouted':
      return `never sent: ${verdict.address} is in none of its subnets, and they have no gateway`
  }
}
