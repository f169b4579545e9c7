import type { Draft } from '../draft.ts'
import { type IntentKind, intentKinds } from '../kinds.ts'
import type { LayoutsOf } from '../layout.ts'
import type { Touched } from '../touched.ts'
import { checkDomains } from './domain.ts'
import { checkNat } from './nat.ts'
import { checkNetwork } from './network.ts'
import { checkPolicy } from './policy.ts'
import { checkPort } from './port.ts'
import { checkReferences, checkUnnamed } from './references.ts'
import { checkRouter } from './router.ts'
import { checkSubnet, checkSubnetGone } from './subnet.ts'

type Check = (draft: Draft, id: string, layouts: LayoutsOf) => void

const nothing: Check = () => undefined

/** What is wrong with a thing as it stands, besides that what it names is there. */
const checks: { readonly [K in IntentKind]: Check } = {
  network: checkNetwork,
  subnet: checkSubnet,
  port: checkPort,
  router: checkRouter,
  nat: checkNat,
  group: nothing,
  policy: checkPolicy,
  qos: nothing,
}

/** Judges what users have changed in a draft, and what that affects. Mistakes are in the draft's problems then. */
export const check = (draft: Draft, touched: Touched, affected: Touched, layouts: LayoutsOf): void => {
  for (const kind of intentKinds) {
    for (const id of touched[kind]) {
      checkReferences(draft, kind, id)
      if (draft.get(kind, id) !== undefined) checks[kind](draft, id, layouts)
      else {
        checkUnnamed(draft, kind, id)
        if (kind === 'subnet') checkSubnetGone(draft, id)
      }
    }
  }
  // What is amiss with the rest follows from what users have to mend anyway.
  if (draft.problems.length > 0) return
  for (const kind of intentKinds) {
    for (const id of affected[kind]) checks[kind](draft, id, layouts)
  }
  checkDomains(draft, touched, layouts)
}
