import type { Watched } from '../../two-hosts/controller.ts'
import type { Lab } from '../../two-hosts/lab.ts'
import { OvnSwitch } from '../../two-hosts/ovn-switch.ts'
import type { Usage } from '../../two-hosts/usage.ts'
import type { Restarted, Target } from './target.ts'

/** OVN: ovn-northd and both databases, and an ovn-controller on each host. */
export class Ovn implements Target {
  readonly name = 'OVN'
  private readonly ovn: OvnSwitch
  private measuredUuid = ''

  constructor(lab: Lab) {
    this.ovn = new OvnSwitch(lab)
  }

  start(): Promise<void> {
    return this.ovn.start()
  }

  async fill(count: number): Promise<void> {
    await this.ovn.fill(count)
  }

  empty(): Promise<void> {
    return this.ovn.empty()
  }

  async add(): Promise<void> {
    this.measuredUuid = await this.ovn.add()
  }

  async remove(): Promise<void> {
    await this.ovn.nb.removePort(this.measuredUuid)
  }

  async quiet(): Promise<void> {
    await this.ovn.nb.change([])
  }

  async watch(): Promise<Watched> {
    return { reaction: Promise.resolve(undefined) }
  }

  async restart(): Promise<Restarted> {
    await this.ovn.daemons.restartAgents()
    return { messages: undefined }
  }

  usage(): Usage {
    return this.ovn.daemons.usage()
  }

  stop(): Promise<void> {
    return this.ovn.daemons.stop()
  }
}
