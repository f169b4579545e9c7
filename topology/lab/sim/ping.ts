import type { LabFolder } from '../folder.ts'
import type { Asker } from '../ping.ts'
import { ask } from './client.ts'

/** Has simulated containers ping. */
export const simulatedAsker =
  (folder: LabFolder): Asker =>
  (asked) =>
    ask(folder, 'ping', asked)
