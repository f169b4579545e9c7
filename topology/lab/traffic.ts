import type { LabFolder } from './folder.ts'
import { inNamespace } from './ip.ts'
import { namespaceOf } from './names.ts'

/** TCP throughput from one container to an address of another in Mbit/s, measured by iperf3. */
export const throughput = async (
  folder: LabFolder,
  from: string,
  to: { readonly container: string; readonly address: string },
  seconds = 2,
): Promise<number> => {
  const server = ['--server', '--one-off', '--daemon', '--pidfile', folder.part('iperf3.pid')]
  await inNamespace(namespaceOf(folder.name, to.container), 'iperf3', ...server)
  const client = ['--client', to.address, '--time', String(seconds), '--json', '--connect-timeout', '2000']
  const report = JSON.parse(await inNamespace(namespaceOf(folder.name, from), 'iperf3', ...client)) as {
    end: { sum_received: { bits_per_second: number } }
  }
  return report.end.sum_received.bits_per_second / 1e6
}
