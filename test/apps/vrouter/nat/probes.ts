import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { NetworksLab } from '../../../networks/lab.ts'
import { endProgram, startInside } from '../../../support/programs.ts'

const program = fileURLToPath(new URL('probe.py', import.meta.url))

/** Has a container or a machine outside answer who asks it, over TCP and UDP, until the test ends. */
export const serve = async (t: Test, lab: NetworksLab, node: string, address: string, port: number): Promise<void> => {
  const child = await startInside(lab.namespace(node), 'python3', program, 'serve', address, String(port))
  t.teardown(() => endProgram(child))
}

/** Asks over UDP: who was asked says from which address and port; else the error that came back. */
export const ask = async (lab: NetworksLab, node: string, address: string, port: number, size = 1): Promise<string> =>
  (await lab.inside(node, 'python3', program, 'ask', address, String(port), String(size))).trim()

/** Asks over UDP from so many ports at once: how many of them were answered. */
export const askFromMany = async (lab: NetworksLab, node: string, address: string, port: number, count: number) =>
  Number(await lab.inside(node, 'python3', program, 'many', address, String(port), String(count)))

/** Seconds for an answer that is to come: other work may use the same processors. */
const patience = 20
/** Seconds for one that is not to come, or that is asked for again. */
export const aMoment = 5

const nothing = 'nothing'

/**
 * Asks for an answer that is to come, and again where nobody answers: any packet may be lost, and who asks gives up by
 * itself where a switch that stands still for 3 s does not answer for a neighbour.
 */
const patiently = async (ask: (seconds: number) => Promise<string>): Promise<string> => {
  const answers = [await ask(patience)]
  while (answers.at(-1) === nothing && answers.length < 3) answers.push(await ask(patience))
  return answers.at(-1) ?? nothing
}

/** Asks over TCP by curl: who was asked says from which address and port. */
export const curl = (
  lab: NetworksLab,
  node: string,
  address: string,
  port: number,
  seconds?: number,
): Promise<string> => {
  const host = address.includes(':') ? `[${address}]` : address
  const ask = async (most: number): Promise<string> => {
    const options = ['-s', '--noproxy', '*', '-g', '--max-time', String(most), `http://${host}:${port}/`]
    return (await lab.inside(node, 'curl', ...options).catch(() => nothing)).trim()
  }
  return seconds === undefined ? patiently(ask) : ask(seconds)
}

/** Whether a ping is answered; with a TTL, who says that it is exceeded. */
export const ping = (lab: NetworksLab, node: string, address: string, ttl = 64, seconds?: number): Promise<string> => {
  const ask = async (most: number): Promise<string> => {
    // It fails where it is told something else than an answer.
    const command = `ping -n -c 1 -W ${most} -t ${ttl} ${address} || true`
    const printed = await lab.inside(node, 'sh', '-c', command)
    return /(\S+): icmp_seq=1 ttl/.exec(printed)?.[1] ?? /From (\S+) icmp_seq=1 Time/.exec(printed)?.[1] ?? nothing
  }
  return seconds === undefined ? patiently(ask) : ask(seconds)
}

/** Has the switches of all hosts act as their flows say now for packets of connections that go on, too. */
export const revalidated = async (lab: NetworksLab): Promise<void> => {
  await Promise.all(lab.hosts.map((host) => lab.daemons(host).appctl('revalidator/purge')))
}
