import { Cable, type CableSettings, type End, type Take } from './cable.ts'
import { Segment } from './segment.ts'

/** All cables of a lab, and the Ethernets that join them. */
export class Wiring {
  private readonly cables = new Map<string, Cable>()
  private readonly segments = new Map<string, Segment>()

  addSegment(name: string): void {
    this.segments.set(name, new Segment())
  }

  /** Lays a cable. */
  add(settings: CableSettings): Cable {
    const cable = new Cable(settings)
    this.cables.set(settings.name, cable)
    return cable
  }

  /** Lays a cable to an Ethernet. @returns its other end */
  join(segment: string, settings: CableSettings): End {
    const cable = this.add(settings)
    this.segments.get(segment)?.plug(cable.a)
    return cable.b
  }

  /** Cuts a cable or joins it. @returns whether there is one */
  setCut(name: string, isCut: boolean): boolean {
    const cable = this.cables.get(name)
    if (cable) cable.isCut = isCut
    return cable !== undefined
  }

  /** Has `then` see what is on a link; all of an Ethernet by its name. @returns what ends that, where there is such a link */
  tap(name: string, then: Take): (() => void) | undefined {
    return (this.segments.get(name) ?? this.cables.get(name))?.tap(then)
  }
}
