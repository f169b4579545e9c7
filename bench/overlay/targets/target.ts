import type { Watched } from '../../two-hosts/controller.ts'
import type { Usage } from '../../two-hosts/usage.ts'

/** What is measured: a controller of networks over the two hosts of a lab. */
export interface Target {
  readonly name: string
  /** Takes the hosts over; there is a network, and the port of the container that pings. */
  readonly start: () => Promise<void>
  /** Says that there are so many more ports, and waits until both hosts have confirmed their flows. */
  readonly fill: (count: number) => Promise<void>
  /** Takes back what `fill` has said. */
  readonly empty: () => Promise<void>
  /** Adds the measured port; resolves when both hosts have confirmed. */
  readonly add: () => Promise<void>
  readonly remove: () => Promise<void>
  /** Waits until it has done all that there is to do. */
  readonly quiet: () => Promise<void>
  /** Called before the interface of the measured port comes. */
  readonly watch: () => Promise<Watched>
  /** Kills what programs the hosts without warning, and starts it again; resolves when both have confirmed. */
  readonly restart: () => Promise<Restarted>
  readonly usage: () => Usage
  readonly stop: () => Promise<void>
}

export interface Restarted {
  /** Changes sent to the hosts; undefined where it cannot be told. */
  readonly messages: number | undefined
}
