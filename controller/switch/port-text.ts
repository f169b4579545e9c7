import { formatMac, formatPort, PortConfig, PortState } from '../openflow/index.ts'
import type { Port } from './info.ts'

/** A port for people to read. */
export interface PortText {
  /** A number, or a reserved name such as `LOCAL`. */
  readonly port: string
  readonly name: string
  readonly mac: string
  /** `down` where somebody has set it so, or where it has no link. */
  readonly state: 'up' | 'down'
  /** kbit/s; 0 where the switch does not say */
  readonly speed: number
}

export const describePort = ({ portNo, name, hwAddr, config, state, currSpeed }: Port): PortText => ({
  port: formatPort(portNo),
  name,
  mac: formatMac(hwAddr),
  state: (config & PortConfig.PORT_DOWN) + (state & PortState.LINK_DOWN) === 0 ? 'up' : 'down',
  speed: currSpeed,
})
