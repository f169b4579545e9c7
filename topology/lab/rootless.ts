import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { takeDown } from './down.ts'
import { LabError } from './errors.ts'
import { type LabFolder, type LabRecord, labsFolder } from './folder.ts'
import { allProcesses, killAll, type Process } from './processes.ts'

// Without root, a lab lives in a user namespace, in which this user is root; a process holds it for as long as the lab is
// there. The network namespace stays that of the user, so that the controller's API can be reached.

/** By this word and the lab's folder the process is found that holds a lab's namespaces. */
const holderWord = 'heddle-lab-holder'

/**
 * A /run of the lab's own, for ip-netns(8) keeps its namespaces below it; folders that are there remain.
 * Prints a line when it is ready.
 */
const holderScript = `
set -e
mkdir -p "$1.run"
mount --rbind /run "$1.run"
mount -t tmpfs tmpfs /run
for folder in "$1.run"/*/; do
  name=$(basename "$folder")
  mkdir -p "/run/$name"
  [ "$name" = netns ] || mount --rbind "$folder" "/run/$name"
done
mkdir -p /run/netns
echo ready
exec >/dev/null
while :; do sleep 86400; done
`

export const isRoot = (): boolean => process.getuid?.() === 0

/** Open vSwitch's userspace data path makes its bridges' cards by it. */
const tun = '/dev/net/tun'

/** The data path that works for this user: a dummy bridge needs no device. */
export const datapathHere = (): LabRecord['datapath'] => {
  try {
    accessSync(tun, constants.R_OK | constants.W_OK)
    return 'netdev'
  } catch {
    return 'dummy'
  }
}

/** Whether this user may have a user namespace. */
export const mayHaveNamespaces = (): boolean => spawnSync('unshare', ['-rm', 'true']).status === 0

const holderOf = ({ path }: LabFolder): number | undefined =>
  allProcesses().find(({ words }) => words.includes(holderWord) && words.includes(path))?.pid

const startHolder = async ({ path }: LabFolder): Promise<number> => {
  mkdirSync(dirname(path), { recursive: true })
  const words = ['-rm', 'sh', '-c', holderScript, holderWord, path]
  const child = spawn('unshare', words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  child.on('error', () => undefined)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
  child.unref()
  child.stdout.destroy()
  child.stderr.destroy()
  if (child.exitCode === null && child.pid !== undefined) return child.pid
  await rm(`${path}.run`, { recursive: true, force: true })
  throw new LabError(
    `this machine gives an ordinary user no namespaces (unshare -rm: ${said.trim() || 'failed'}): run it as root, by sudo`,
  )
}

/** Runs this command again, inside the lab's namespaces, where its user is root. */
const again = async (pid: number, args: readonly string[] = process.argv.slice(1)): Promise<number> => {
  const inside = ['--preserve-credentials', '--user', '--mount', '--target', String(pid), '--wd=.']
  const child = spawn('nsenter', [...inside, process.execPath, ...process.execArgv, ...args], {
    stdio: 'inherit',
    env: { ...process.env, HEDDLE_LABS: labsFolder() },
  })
  const ignore = (): void => undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ignore)
  const [code] = (await once(child, 'close')) as [number | null]
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, ignore)
  return code ?? 1
}

/**
 * Runs this command inside the namespaces of a lab of an ordinary user.
 *
 * @returns its exit code
 * @throws LabError where there are none
 */
export const insideLab = async (folder: LabFolder): Promise<number> => {
  const pid = holderOf(folder)
  if (pid !== undefined) return again(pid)
  throw new LabError(
    `what held lab ${folder.name} has ended: heddle lab down --name ${folder.name} removes what is left`,
  )
}

const isDaemon = ({ words: [command = ''] }: Process): boolean => /(^|\/)(ovs-vswitchd|ovsdb-server)$/.test(command)

/** Lets go of a lab's namespaces. Where what held them was killed, daemons of the lab may be left: they end, too. */
export const release = async (folder: LabFolder): Promise<void> => {
  const pid = holderOf(folder)
  // What it waits by would hold them, too.
  if (pid !== undefined) await killAll(allProcesses().filter((one) => one.pid === pid || one.parent === pid))
  await killAll(
    allProcesses().filter((one) => isDaemon(one) && one.words.some((word) => word.includes(`${folder.path}/`))),
  )
  await rm(`${folder.path}.run`, { recursive: true, force: true })
}

/** Removes a lab of an ordinary user. @returns an exit code */
export const takeDownInside = async (folder: LabFolder): Promise<number> => {
  const code = holderOf(folder) === undefined ? 0 : await insideLab(folder)
  if (code !== 0) return code
  await release(folder)
  await takeDown(folder)
  return 0
}

/**
 * Makes namespaces for a lab, and runs this command inside.
 *
 * @param args the script and its arguments, where they are to be others than now
 * @returns its exit code
 */
export const insideNewLab = async (folder: LabFolder, args?: readonly string[]): Promise<number> => {
  if (holderOf(folder) !== undefined) {
    throw new LabError(`there is a lab ${folder.name} already: heddle lab down --name ${folder.name} removes it`)
  }
  const code = await again(await startHolder(folder), args)
  if (folder.facts.built !== true) await release(folder)
  return code
}
