import { spawnSync } from 'node:child_process'

/** The version that a program prints; undefined where it is not installed. */
export const versionOf = (command: string, ...args: readonly string[]): string | undefined =>
  /\d+\.\d+(\.\d+)?/.exec(
    spawnSync(command, args.length === 0 ? ['--version'] : args, { encoding: 'utf8' }).stdout ?? '',
  )?.[0]

/** Why hosts with Open vSwitch in network namespaces cannot be had here; undefined where they can. */
export const hostsUnfit = (): string | undefined =>
  versionOf('ovs-vswitchd') === undefined || process.getuid?.() !== 0
    ? 'they need Open vSwitch, and root for network namespaces'
    : undefined

/** Of OVN; undefined unless all of it is installed. */
export const ovnVersion = (): string | undefined =>
  versionOf('ovn-northd') === undefined ? undefined : versionOf('ovn-controller')
