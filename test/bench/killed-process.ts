// A benchmark that has written to a FOLDER and started two processes, whose ids it prints: one that is bound to it,
// and one that goes on in the background, with a file of the folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cleanAfterwards } from '../../bench/support/afterwards.ts'
import { leashed } from '../../bench/support/leash.ts'

const [folder = ''] = process.argv.slice(2)
cleanAfterwards({ folder })
const target = spawn(...leashed('sleep', ['600']), { stdio: 'ignore' })
const controller = spawn('tail', ['-f', `${folder}/compiled`], { stdio: 'ignore', detached: true })
await Promise.all([once(target, 'spawn'), once(controller, 'spawn')])
console.log(`${target.pid} ${controller.pid}`)
