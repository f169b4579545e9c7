import { styleText } from 'node:util'
import { Listr } from 'listr2'
import { ping, plainAddress, throughput } from '../ovs/traffic.ts'
import { ControllerProcess } from './controller.ts'
import { DemoLab, type Matrix, type Place } from './lab.ts'

const api = '127.0.0.1:18181'
const pingCount = 40
const pingInterval = 0.1

/** What the demo has found out. */
interface Findings {
  matrix: Matrix
  megabits: number
  flows: readonly number[]
  lost: number
  restart: number
}

const until = async (what: string, holds: () => Promise<boolean>, milliseconds = 10_000): Promise<void> => {
  const end = Date.now() + milliseconds
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${milliseconds} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const allUp = (controller: ControllerProcess, lab: DemoLab) =>
  until('both switches connecting', async () => {
    const switches = await controller.get<readonly unknown[]>('/v1/switches')
    return switches.length === lab.hosts.length
  })

/** Kills the controller under a running ping and starts it again; gives lost pings and milliseconds. */
const crash = async (lab: DemoLab, controller: ControllerProcess): Promise<{ lost: number; restart: number }> => {
  const [from, to] = [lab.places[0], lab.places.at(-1)] as [Place, Place]
  const running = ping(from.host, from.container, plainAddress(to.container), pingCount, pingInterval)
  await controller.kill()
  const begin = Date.now()
  await controller.start()
  await allUp(controller, lab)
  const restart = Date.now() - begin
  const { sent, received } = await running
  return { lost: sent - received, restart }
}

const steps = (lab: DemoLab, controller: ControllerProcess, found: Partial<Findings>) =>
  new Listr(
    [
      { title: 'two hosts with Open vSwitch, six containers, a cable between the hosts', task: () => lab.build() },
      { title: 'the controller: heddle up --app l2-switch', task: () => controller.start() },
      {
        title: 'the bridges connect: ovs-vsctl set-controller',
        task: async () => {
          await lab.connectController()
          await allUp(controller, lab)
        },
      },
      {
        title: 'every container pings every other',
        task: async () => {
          found.matrix = await lab.pingAll()
          if (found.matrix.flat().includes(undefined))
            throw new Error(`not all were reached:\n${matrixText(found.matrix, lab)}`)
        },
      },
      {
        title: 'iperf3 from one host to the other',
        task: async () => {
          found.megabits = await throughput(lab.places.at(-1) as Place, lab.places[0] as Place)
        },
      },
      {
        title: 'kill -9 of the controller under a running ping, and its restart',
        task: async () => Object.assign(found, await crash(lab, controller)),
      },
      {
        title: 'flows on each host',
        task: async () => {
          found.flows = await lab.flowCounts()
        },
      },
    ],
    {
      rendererOptions: {
        timer: { condition: true, field: (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s` },
      },
    },
  )

const good = (text: string): string => styleText('green', text)
const bad = (text: string): string => styleText('red', text)
const loud = (text: string): string => styleText('bold', text)

const cell = (milliseconds: number | undefined, self: boolean): string => {
  if (self) return '     -'
  return milliseconds === undefined ? bad('  lost') : good(milliseconds.toFixed(2).padStart(6))
}

const matrixText = (matrix: Matrix, lab: DemoLab): string => {
  const names = lab.places.map(({ container }) => container.name)
  const rows = matrix.map(
    (row, from) => `${names[from]}  ${row.map((value, to) => cell(value, from === to)).join(' ')}`,
  )
  return [`    ${names.map((name) => name.padStart(6)).join(' ')}`, ...rows].join('\n')
}

const show = (lab: DemoLab, { matrix, megabits, flows, lost, restart }: Findings): void => {
  const counts = lab.hosts.map((host, index) => `${host.name}: ${flows[index]}`).join(', ')
  console.log(`\n${loud('round trips in ms')}\n${matrixText(matrix, lab)}\n`)
  console.log(`${loud('TCP between the hosts')}  ${megabits.toFixed(0)} Mbit/s`)
  console.log(`${loud('flows')}  ${counts}`)
  const losses = lost === 0 ? good('0') : bad(String(lost))
  console.log(
    `${loud('controller killed and back')}  ${losses} of ${pingCount} pings lost; ready again after ${restart} ms\n`,
  )
}

const whatNext = (lab: DemoLab): string => {
  const [host] = lab.hosts
  return [
    loud('to try while it is up, from another terminal'),
    `  npx heddle get switches --api ${api}`,
    `  npx heddle get flows --api ${api}`,
    `  ip netns exec ${host?.namespace} ovs-ofctl -O OpenFlow13 dump-flows unix:${host?.directory}/br0.mgmt`,
    `  ip netns exec ${lab.places[0]?.container.namespace} ping 10.0.0.6`,
    `  ip netns exec ${host?.namespace} ovs-ofctl -O OpenFlow13 del-flows unix:${host?.directory}/br0.mgmt   (they come back)`,
    '',
    'Ctrl-C ends it and removes everything.',
  ].join('\n')
}

/** Resolves when somebody presses Ctrl-C, or ends the process. */
const interrupted = (): Promise<'interrupted'> =>
  new Promise((resolve) => {
    // Only timers and sockets keep a process alive.
    const pulse = setInterval(() => undefined, 60_000)
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => {
        clearInterval(pulse)
        resolve('interrupted')
      })
    }
  })

const demo = async (keep: boolean): Promise<void> => {
  const lab = await DemoLab.create()
  const controller = new ControllerProcess({ sockets: lab.sockets, app: 'l2-switch', api, data: `${lab.folder}/data` })
  const found: Partial<Findings> = {}
  const end = interrupted()
  try {
    if ((await Promise.race([steps(lab, controller, found).run(), end])) === 'interrupted') return
    show(lab, found as Findings)
    console.log(keep ? whatNext(lab) : 'With --keep it stays up, to look around in: npm run demo -- --keep')
    if (keep) await end
  } finally {
    await controller.stop()
    await lab.destroy()
  }
}

if (process.getuid?.() !== 0) {
  console.error(
    'The demo makes network namespaces and starts Open vSwitch in them, which takes root: sudo npm run demo',
  )
  process.exitCode = 1
} else {
  const outcome = await demo(process.argv.includes('--keep')).then(
    () => 0,
    (error: Error) => {
      console.error(`\n${bad('the demo failed')}: ${error.message}`)
      return 1
    },
  )
  process.exit(outcome)
}
