import { createRequire } from 'node:module'
import { Command } from 'commander'
import { app } from './ask/app.ts'
import { get } from './ask/get.ts'
import { plan } from './ask/plan.ts'
import { why } from './ask/why.ts'
import { CliError } from './cli-error.ts'
import { complaint } from './complaint.ts'
import { doctor } from './doctor/doctor.ts'
import { apply, diff, remove, rollback } from './intent/commands.ts'
import { lab } from './lab.ts'
import { openflow } from './openflow/openflow.ts'
import { qos } from './qos/qos.ts'
import { trace } from './trace/trace.ts'
import { up } from './up/up.ts'

/** The package names itself, so that sources and what is built from them find the same file. */
const { version } = createRequire(import.meta.url)('heddle/package.json') as { version: string }

// What reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const program = new Command('heddle')
  .description('An OpenFlow 1.3 controller for container networks')
  .version(version)
  .addCommand(up(version))
  .addCommand(apply())
  .addCommand(get())
  .addCommand(remove())
  .addCommand(diff())
  .addCommand(rollback())
  .addCommand(app())
  .addCommand(plan())
  .addCommand(why())
  .addCommand(trace())
  .addCommand(doctor())
  .addCommand(qos())
  .addCommand(lab())
  .addCommand(openflow())

try {
  await program.parseAsync()
} catch (error) {
  const text = complaint(error)
  if (text === undefined) throw error
  console.error(text)
  process.exitCode = error instanceof CliError ? error.exitCode : 1
}
