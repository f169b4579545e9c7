import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface CaptureOptions {
  /** A pcap file to write, or `-`; packets are shown as text without it. */
  readonly write?: string
  /** How many packets; until a signal without it. */
  readonly count?: string
  /** As pcap-filter(7) has it. */
  readonly filter?: readonly string[]
}

/** Whether this machine has a command. */
export const isThere = (command: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
