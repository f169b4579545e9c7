import { isSimulated, type LabFolder } from '../folder.ts'
import { type Asker, namespaceAsker } from '../ping.ts'
import { ask } from './client.ts'

/** Has simulated containers ping. */
export const simulatedAsker =
  (folder: LabFolder): Asker =>
  (asked) =>
    ask(folder, 'ping', asked)

/** Has the containers of a lab ping, of whichever kind it is. */
export const askerOf = (folder: LabFolder): Asker =>
  isSimulated(folder) ? simulatedAsker(folder) : namespaceAsker(folder.name)
