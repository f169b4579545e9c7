import { join } from 'node:path'
import t, { type Test } from 'tap'
import dhcp from '../../../apps/dhcp/app.ts'
import { readMeterStatistics } from '../../../controller/engine/index.ts'
import { DhcpType } from '../../../controller/packet/index.ts'
import { until } from '../../engine/lab.ts'
import { dhcpClients, namespaces, ovs, python } from '../../support/needs.ts'
import { doc, type RealHost, realHost } from '../one-host.ts'
import { question } from './client.ts'
import { RealClient } from './real-client.ts'

const udhcpc = (script: string): string[] => [
  'udhcpc',
  '-f',
  '-i',
  'eth0',
  '-s',
  script,
  '-O',
  'mtu',
  '-O',
  'staticroutes',
  '-t',
  '20',
  '-T',
  '1',
]

const dhclient =
  (family: 4 | 6) =>
  (script: string, folder: string): string[] => {
    const files = ['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), '-cf', '/dev/null']
    return ['dhclient', `-${family}`, '-d', '-sf', script, ...files, 'eth0']
  }

/**
 * Sends a frame, given in hexadecimal, 2,000 times, as quickly as a busy switch still takes them: an error says that the
 * card's queue is full.
 */
const floodText = `
import socket, sys, time
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
card.bind(('eth0', 0))
sent = 0
while sent < 2000:
    try:
        card.send(bytes.fromhex(sys.argv[1]))
        sent += 1
    except OSError:
        time.sleep(0.001)
    if sent % 10 == 0: time.sleep(0.002)
`

const subnets = [
  doc('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24', dns: ['10.0.0.53'] }),
  doc('subnet', 'blue-v6', { network: 'blue', cidr: 'fd00::/64', dns: ['fd00::53'] }),
]

const addressesOf = (number: number): string[] => [`10.0.0.${number + 1}`, `fd00::${number + 1}`]

const flooding = async (t: Test, lab: RealHost): Promise<void> => {
  await t.test(
    'of a flood of questions the controller sees as many as the meter of the host lets through',
    async (t) => {
      if (!python(t)) return
      const counts = () => lab.engine.apps.get('dhcp')?.intake.counts
      const before = counts()?.delivered ?? 0
      const started = performance.now()
      const frame = Buffer.from(question({ type: DhcpType.DISCOVER, mac: 0x02_00_00_00_00_02 })).toString('hex')
      const live = lab.engine.switches.get(lab.dpid)
      if (!live) throw new Error('the host is not connected')
      const dropped = async () =>
        [...(await readMeterStatistics(live)).values()].reduce((sum, one) => sum + Number(one.dropped.packets), 0)
      let sent = 0
      await until('the switch has dropped many', async () => {
        // Of what comes while it stands still it sees some hundreds.
        await lab.inside('b', 'python3', '-c', floodText, frame)
        sent += 2000
        return (await dropped()) > 300
      })
      const seconds = (performance.now() - started) / 1000
      const seen = (counts()?.delivered ?? 0) - before
      // A burst of 100, then 100 each second.
      t.ok(seen > 0 && seen < 2 * (100 + 100 * seconds), `${seen} of ${sent} in ${seconds} s`)
    },
  )
}

t.test('real clients are told by DHCP what they are', async (t) => {
  if (!ovs(t) || !namespaces(t) || !dhcpClients(t)) return
  const lab = await realHost(t, 'qosd', [dhcp], 3, addressesOf)
  await lab.apply(...subnets)
  const [a, b, c] = [lab.container('a'), lab.container('b'), lab.container('c')]
  for (const { name } of lab.containers) await lab.inside(name, 'ip', '-4', 'address', 'flush', 'dev', 'eth0')

  await t.test('udhcpc', async (t) => {
    const client = RealClient.start(t, a, udhcpc)
    t.match(await client.hears('bound'), {
      ...{ ip: '10.0.0.2', subnet: '255.255.255.0', router: '10.0.0.1', dns: '10.0.0.53', mtu: '1400' },
      ...{ lease: '3600', serverid: '10.0.0.1' },
    })
  })

  await t.test('dhclient', async (t) => {
    const heard = await RealClient.start(t, b, dhclient(4)).hears('BOUND')
    t.match(heard, {
      ...{ new_ip_address: '10.0.0.3', new_subnet_mask: '255.255.255.0', new_routers: '10.0.0.1' },
      ...{ new_domain_name_servers: '10.0.0.53', new_interface_mtu: '1400', new_dhcp_lease_time: '3600' },
    })
  })

  await t.test('dhclient, by DHCPv6', async (t) => {
    const isReady = async () => {
      const shown = await lab.inside('c', 'ip', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'link')
      return shown.includes('fe80') && !shown.includes('tentative')
    }
    await until('the link-local address is known to be free', isReady)
    t.match(await RealClient.start(t, c, dhclient(6)).hears('BOUND6'), {
      ...{ new_ip6_address: 'fd00::4', new_dhcp6_name_servers: 'fd00::53', new_max_life: '3600' },
    })
  })

  await flooding(t, lab)

  await t.test('a client that renews after the controller was started again keeps its address', async (t) => {
    const client = RealClient.start(t, a, udhcpc)
    const { ip } = await client.hears('bound')
    // The client sends its question to the gateway, of which it knows the MAC.
    await lab.inside('a', 'ip', 'address', 'add', `${ip}/24`, 'dev', 'eth0')
    await lab.inside('a', 'ip', 'neigh', 'replace', '10.0.0.1', 'lladdr', '02:00:00:00:00:fe', 'dev', 'eth0')
    await lab.start(t)
    const seen = client.heard.length
    client.signal('SIGUSR1')
    t.match(await client.hears('renew', seen), { ip, mtu: '1400' })
    t.equal(
      client.heard.some(({ reason }) => reason === 'nak'),
      false,
    )
  })
})
