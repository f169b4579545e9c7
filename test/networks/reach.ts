import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { inParallel } from '../../topology/lab/parallel.ts'
import { surprises } from '../../topology/lab/ping.ts'
import { endProgram, type Program, startInside } from '../support/programs.ts'
import { pingPatiently } from '../topology/lab/labs.ts'
import type { NetworksLab } from './lab.ts'

const program = fileURLToPath(new URL('transfer.py', import.meta.url))
/** Bytes each way, many packets of any MTU. */
const size = 2_000_000

/** Has a container answer TCP connections to its address, or another, with its name. */
export const serve = (
  lab: NetworksLab,
  name: string,
  family: 4 | 6,
  address = lab.address(name, family),
): Promise<Program> => startInside(lab.namespace(name), 'python3', program, 'serve', address, name)

/** Who answered, and that it gave back all that it was sent. */
export const fetchFrom = async (lab: NetworksLab, from: string, address: string, bytes = size): Promise<string> =>
  (await lab.inside(from, 'python3', program, 'fetch', address, String(bytes))).trim()

const networkOf = (name: string): string => name.replace(/\d/, '')

/** Containers of one network reach each other by ping and TCP, and nobody else. */
export const reach = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('all pairs of a network reach each other by IPv4 and IPv6, none of two networks', async (t) => {
    const pairs = await pingPatiently(lab.folder)
    t.same(surprises(pairs), [])
    t.equal(pairs.filter(({ reached }) => reached).length, (4 * 3 + 3 * 2) * 2 + 2)
  })

  for (const family of [4, 6] as const) {
    await t.test(
      `TCP over IPv${family}: who answers is of the own network, though two have the same addresses`,
      async (t) => {
        const names = lab.containers.filter((name) => lab.address(name, family) !== '')
        const servers = await Promise.all(names.map((name) => serve(lab, name, family)))
        t.teardown(() => Promise.all(servers.map((server) => endProgram(server))))
        const pairs = names.flatMap((from) =>
          names.filter((to) => to !== from && networkOf(to) === networkOf(from)).map((to) => ({ from, to })),
        )
        const answers = await inParallel(pairs, 3, async ({ from, to }) => ({
          from,
          to: await fetchFrom(lab, from, lab.address(to, family)),
        }))
        t.same(answers, pairs)
      },
    )
  }
}
