import type { Admission } from '../state/index.ts'
import { calls } from './calls.ts'

/** An app that has a part in changes of what users want, such as the one who gives ports their addresses. */
export interface Admitting<Config> {
  /** Called once when the app is loaded; what it gives sees every change of what users want before it is done. */
  admission?(config: Config): Admission
}

/** An app's part in changes, of which each call is one of the callee with this number. */
export const calledAdmission = <Config>(
  app: Admitting<Config>,
  config: Config,
  callee: number,
): Admission | undefined => {
  const admission = calls.within(callee, () => app.admission?.(config))
  if (!admission) return undefined
  const { quarantine } = admission
  return {
    ...(quarantine === undefined ? {} : { quarantine }),
    ...(admission.follow
      ? { follow: (kind, id, value) => calls.within(callee, () => admission.follow?.(kind, id, value)) }
      : {}),
    admit: (draft) => calls.within(callee, () => admission.admit(draft)),
  }
}
