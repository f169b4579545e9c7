// A benchmark that has written to a FOLDER and started a process, whose id it prints.
import { spawn } from 'node:child_process'
import { cleanAfterwards } from '../../bench/support/afterwards.ts'
import { leashed } from '../../bench/support/leash.ts'

const [folder = ''] = process.argv.slice(2)
cleanAfterwards({ folder })
const target = spawn(...leashed('sleep', ['600']), { stdio: 'ignore' })
target.once('spawn', () => console.log(target.pid))
