import type { PacketInView } from '../switch/index.ts'
import type { PacketSource } from './app.ts'
import type { AppInstance } from './app-instance.ts'

/** The apps that packets go to, as arrays: they are gone through for every packet. */
export class Receivers {
  private readonly apps: ReadonlyMap<string, AppInstance>
  private all: readonly AppInstance[] = []
  private reactive: readonly AppInstance[] = []

  constructor(apps: ReadonlyMap<string, AppInstance>) {
    this.apps = apps
  }

  /** An app has come into force, or gone. */
  refresh(): void {
    this.all = [...this.apps.values()]
    this.reactive = this.all.filter(({ app }) => app.reactive === true)
  }

  /** Gives a packet to the app whose flow punted it. */
  packetIn(packet: PacketInView, from: PacketSource): void {
    for (const app of this.all) if (app.owns(packet)) app.packetIn(packet, from)
  }

  /** Gives a packet of a switch of OpenFlow 1.0, which holds no flows of apps, to all that answer packets. */
  packetIn10(packet: PacketInView, from: PacketSource): void {
    for (const app of this.reactive) app.packetIn(packet, from)
  }
}
