import { connect, createServer, type Socket } from 'node:net'
import { BundleControlType, Framer } from '../../controller/openflow/index.ts'

// Stands between a switch and whoever programs it, and times bundles: from their first byte, the
// request to open, until the answer to the commit. In a process of its own, the same for everyone.

/** A bundle that was committed. */
export interface Timing {
  readonly name: string
  readonly milliseconds: number
  /** Messages in the bundle. */
  readonly messages: number
}

/** Where connections come in, and where they are led; `programmer` says which side sends bundles. */
export interface Line {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly programmer: 'caller' | 'called'
}

const experimenter = 4
const ONF = 0x4f4e4600
const bundleControl = 2300
const bundleAdd = 2301

/** The control of a bundle-control message, -1 for a bundle-add, undefined for anything else. */
const bundleStep = (view: DataView, start: number): number | undefined => {
  if (view.getUint8(start + 1) !== experimenter || view.getUint32(start + 8) !== ONF) return undefined
  const kind = view.getUint32(start + 12)
  if (kind === bundleAdd) return -1
  return kind === bundleControl ? view.getUint16(start + 20) : undefined
}

const watch = (socket: Socket, step: (control: number) => void): void => {
  const framer = new Framer({
    frame(view, _bytes, start) {
      const control = bundleStep(view, start)
      if (control !== undefined) step(control)
      return true
    },
    error: () => true,
  })
  socket.on('data', (chunk) => void framer.push(chunk))
}

const time = (name: string, programmer: Socket, target: Socket): void => {
  let began = 0
  let messages = 0
  watch(programmer, (control) => {
    if (control === -1) messages++
    if (control !== BundleControlType.OPEN_REQUEST) return
    began = performance.now()
    messages = 0
  })
  watch(target, (control) => {
    if (control !== BundleControlType.COMMIT_REPLY) return
    const timing: Timing = { name, milliseconds: performance.now() - began, messages }
    process.send?.(timing)
  })
}

const serve = ({ name, from, to, programmer }: Line): void => {
  const server = createServer((caller) => {
    const called = connect(to)
    const pair = [caller, called] as const
    for (const socket of pair) {
      socket.on('error', () => undefined)
      socket.on('close', () => pair.map((one) => one.destroy()))
    }
    if (programmer === 'caller') time(name, caller, called)
    else time(name, called, caller)
    caller.pipe(called)
    called.pipe(caller)
  })
  server.listen(from)
}

process.on('message', (lines: readonly Line[]) => lines.forEach(serve))
process.on('disconnect', () => process.exit())
