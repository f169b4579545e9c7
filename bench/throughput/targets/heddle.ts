// heddle with one app; compiled and in its own process, as a user runs it.

import { Engine } from '../../../controller/index.ts'
import { announce } from './serve.ts'

const apps: Readonly<Record<string, string>> = {
  'l2-switch': '../../../apps/l2-switch/app.js',
  'l2-switch-reactive': '../apps/l2-switch-reactive.js',
  responder: '../apps/responder.js',
}

const [, , , name = ''] = process.argv
const file = apps[name]
if (file === undefined) throw new RangeError(`no app is called ${name}`)

const report = (level: string, message: string): void => {
  if (level === 'error') console.error(message)
}
const engine = new Engine({ report })
engine.load((await import(file)).default)
const listener = await engine.listen({ port: 0 })
announce(listener.port)
