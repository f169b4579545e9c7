import type { Test } from 'tap'
import { hasCommand, isInstalled } from '../setup/machine.js'
import { systemPackages } from '../setup/packages.js'

interface Verdicts {
  readonly pass: (message: string, extra: { readonly skip: string }) => boolean
  readonly fail: (message: string) => boolean
}

/**
 * Whether a test can go on that needs `what`. Where it is not there, the test is marked skipped
 * with the reason; in CI, where the set-up has installed all, it fails.
 */
export const need = (t: Verdicts, what: string, there: boolean, ci = process.env.CI): boolean => {
  if (there) return true
  if (ci === 'true') t.fail(`${what} is missing, and CI must have it`)
  else t.pass(`${what} is missing`, { skip: `${what} is missing; node test/setup/setup.js --check says more` })
  return false
}

const installed = (name: string): boolean => systemPackages.some((item) => item.name === name && isInstalled(item))

/**
 * Open vSwitch's commands and daemons. Use as `if (!ovs(t)) return t.end()`: without Open vSwitch
 * the test is skipped, under `CI=true` it fails.
 */
export const ovs = (t: Test): boolean => need(t, 'openvswitch-switch', installed('openvswitch-switch'))

/** Like `ovs`, for tshark. */
export const tshark = (t: Test): boolean => need(t, 'tshark', installed('tshark'))

/** Like `ovs`, for os-ken, which Debian's /usr/bin/python3 can import. */
export const osKen = (t: Test): boolean => need(t, 'python3-os-ken', installed('python3-os-ken'))

/** Like `ovs`, for network namespaces: needs iproute2 and root. */
export const namespaces = (t: Test): boolean =>
  need(t, 'root with iproute2', hasCommand('ip') && process.getuid?.() === 0)

/** Like `ovs`, for Python 3, by which tests send and hear Ethernet frames. */
export const python = (t: Test): boolean => need(t, 'python3', hasCommand('python3'))

/** Like `ovs`, for DHCP clients: udhcpc and dhclient. */
export const dhcpClients = (t: Test): boolean =>
  need(t, 'udhcpc', installed('udhcpc')) && need(t, 'isc-dhcp-client', installed('isc-dhcp-client'))

/** Like `ovs`, for iperf3. */
export const iperf = (t: Test): boolean => need(t, 'iperf3', installed('iperf3'))

/** Like `ovs`, for busybox, whose traceroute shows hops. */
export const busybox = (t: Test): boolean => need(t, 'busybox', installed('busybox'))
