import type { LabFolder } from './folder.ts'
import { stream } from './iperf.ts'
import { namespaceOf } from './names.ts'

/** TCP throughput from one container to an address of another in Mbit/s, measured by iperf3. */
export const throughput = async (
  folder: LabFolder,
  from: string,
  to: { readonly container: string; readonly address: string },
  seconds = 2,
): Promise<number> => {
  const [source, destination] = [namespaceOf(folder.name, from), namespaceOf(folder.name, to.container)]
  const where = { from: source, to: destination, address: to.address } as const
  const { kbps } = await stream({ ...where, protocol: 'tcp', seconds, omitted: 0 })
  return kbps / 1000
}
