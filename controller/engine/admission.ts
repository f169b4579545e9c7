import type { Admission } from '../state/index.ts'

/** An app that has a part in changes of what users want, such as the one who gives ports their addresses. */
export interface Admitting<Config> {
  /** Called once when the app is loaded; what it gives sees every change of what users want before it is done. */
  admission?(config: Config): Admission
}
