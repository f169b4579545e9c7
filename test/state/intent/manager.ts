import ipam from '../../../apps/ipam/app.ts'
import {
  type Admission,
  type IntentChange,
  type IntentKind,
  Intents,
  type Store,
} from '../../../controller/state/index.ts'

/** The app's part in changes, as the controller makes it. */
const admissionOf = (quarantine: number): Admission => {
  const admission = ipam.admission?.({ quarantine, firstVni: 1 })
  if (!admission) throw new Error('ipam has no part in changes')
  return admission
}

/** Changes of what users want, with addresses given by the app ipam; as of one controller. */
export const openManager = (store: Store, now: () => number = Date.now, quarantine = 60): Promise<Intents> => {
  const named = [{ app: 'ipam', admission: admissionOf(quarantine) }]
  return Intents.open(store, { admissions: () => named, now })
}

export const put = (kind: IntentKind, id: string, spec: object): IntentChange =>
  ({ do: 'put', kind, id, spec }) as IntentChange

export const remove = (kind: IntentKind, id: string): IntentChange => ({ do: 'delete', kind, id })
