// A controller with the learning switch, as a process of its own: PATH of its unix socket. Prints a line of JSON a report.
import l2Switch from '../../apps/l2-switch/app.ts'
import { Engine } from '../../controller/index.ts'

const [path = ''] = process.argv.slice(2)
const engine = new Engine({
  report: (level, message, about = {}) => console.log(JSON.stringify({ level, message, about })),
})
engine.load(l2Switch)
await engine.listen({ path })
