import type { GivenController } from './controller.ts'
import type { AssignedCard } from './folder.ts'

/** Does a part of the building, and shows it as one step. */
export type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>

/** What the controller assigned, by container. */
export type Assigned = Readonly<Record<string, readonly AssignedCard[]>>

/** How a lab's hosts and containers come about. */
export interface Kind {
  /** @throws LabError where something is in the way */
  readonly check: () => void
  /** The underlay, and hosts that nobody manages yet. */
  readonly build: (step: Step) => Promise<void>
  /** Tells the hosts who manages them. */
  readonly manage: (controller: GivenController) => Promise<void>
  /** Makes the containers, and plugs them to their hosts. */
  readonly plug: (assigned: Assigned) => Promise<void>
  /** Waits until every host has confirmed the flows of its containers. @throws Error of the host that does not in time */
  readonly waitInstalled: () => Promise<void>
}
