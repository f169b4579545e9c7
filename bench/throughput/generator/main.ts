// The generator's process: takes one job, reports, and ends.

import type { Job, Report } from '../job.ts'
import { FleetRun } from './fleet.ts'

const say = (report: Report): void => {
  process.send?.(report)
}

process.on('disconnect', () => process.exit(1))
process.once('message', (job: Job) => {
  new FleetRun(job, say)
    .run()
    .then((outcome) => say({ type: 'outcome', outcome }))
    .catch((error: Error) => say({ type: 'failed', reason: error.message }))
    .finally(() => process.removeAllListeners('disconnect').disconnect())
})
