/**
 * A system package, what of heddle needs it, and what shows that it is there: a command, or a
 * folder of a Python module.
 *
 * @typedef {{ name: string, gives: string, command?: string, folder?: string }} SystemPackage
 */

/** @type {readonly SystemPackage[]} Debian's names. */
export const systemPackages = [
  { name: 'openvswitch-switch', command: 'ovs-vswitchd', gives: 'tests and labs with a real Open vSwitch' },
  {
    name: 'openvswitch-testcontroller',
    command: 'ovs-testcontroller',
    gives: "comparisons with Open vSwitch's test controller",
  },
  {
    name: 'python3-os-ken',
    folder: '/usr/lib/python3/dist-packages/os_ken',
    gives: 'comparisons with os-ken',
  },
  { name: 'iproute2', command: 'ip', gives: 'labs in network namespaces' },
  { name: 'iputils-ping', command: 'ping', gives: 'reachability checks in labs' },
  { name: 'ethtool', command: 'ethtool', gives: 'labs with offloads switched off' },
  { name: 'iperf3', command: 'iperf3', gives: 'throughput measurements in labs' },
  { name: 'tshark', command: 'tshark', gives: 'tests in which tshark judges our messages' },
  { name: 'busybox', command: 'busybox', gives: 'tests in which traceroute shows the hops of routers' },
  { name: 'udhcpc', command: 'udhcpc', gives: 'tests of DHCP with the client of busybox' },
  { name: 'isc-dhcp-client', command: 'dhclient', gives: 'tests of DHCP and DHCPv6 with dhclient' },
]

/** Daemons that Debian starts at boot once their package is installed; both would get in the way of a lab. */
export const services = ['openvswitch-switch', 'openvswitch-testcontroller']

/**
 * What this machine allows, as read by `machine.js`.
 *
 * @typedef {{ root: boolean, debian: boolean, missing: readonly SystemPackage[] }} Machine
 */

/**
 * Whether a line `ID` or `ID_LIKE` of an /etc/os-release names Debian or Ubuntu.
 *
 * @param {string} osRelease
 */
export const isDebian = (osRelease) => /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease)

/**
 * Whether the missing packages can be installed here.
 *
 * @param {Machine} machine
 */
export const canInstall = ({ root, debian }) => root && debian

/**
 * One line for each feature that stays off.
 *
 * @param {readonly SystemPackage[]} missing
 */
const featuresOff = (missing) => missing.map(({ name, gives }) => `  off: ${gives} (${name})`)

/**
 * What to say of packages that are missing and stay so.
 *
 * @param {Machine} machine
 * @returns {string[]} lines; none where nothing is missing
 */
export const missingReport = ({ root, debian, missing }) => {
  if (missing.length === 0) return []
  const names = missing.map(({ name }) => name).join(' ')
  if (!debian) return [`not Debian or Ubuntu: install what gives ${names} yourself`, ...featuresOff(missing)]
  const why = root ? 'missing' : 'not root, so these stay missing'
  const sudo = root ? '' : 'sudo '
  return [`${why}: ${names}`, ...featuresOff(missing), `  to have them: ${sudo}apt-get install ${names}`]
}

/**
 * What to say of packages that could not be installed.
 *
 * @param {readonly { item: SystemPackage, reason: string }[]} failed
 * @returns {string[]} lines; none where nothing failed
 */
export const failureReport = (failed) =>
  failed.flatMap(({ item, reason }) => [`cannot be had: ${item.name} (${reason})`, ...featuresOff([item])])
