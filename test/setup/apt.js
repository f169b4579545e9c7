import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { isInstalled } from './machine.js'
import { services } from './packages.js'

const policyFile = '/usr/sbin/policy-rc.d'
/** Tells Debian's package scripts to start no daemon (invoke-rc.d(8), exit status 101). */
const denyStart = '#!/bin/sh\nexit 101\n'

/**
 * Runs `work` while package scripts may not start daemons. A policy that the machine has already stays.
 *
 * @template T
 * @param {() => T} work
 */
const withoutDaemons = (work) => {
  if (existsSync(policyFile)) return work()
  writeFileSync(policyFile, denyStart, { mode: 0o755 })
  try {
    return work()
  } finally {
    rmSync(policyFile)
  }
}

/** @param {readonly string[]} args */
const apt = (args) =>
  spawnSync('apt-get', ['--quiet', '--yes', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 1 << 26,
  })

/** @param {readonly string[]} names */
const aptInstall = (names) => apt(['install', '--no-install-recommends', ...names])

/** @param {import('node:child_process').SpawnSyncReturns<string>} result */
const reasonOf = ({ stderr, error }) => {
  const lines = (stderr ?? '').split('\n').filter((line) => line.startsWith('E: '))
  return lines[0]?.slice(3) ?? error?.message ?? 'apt-get failed'
}

/**
 * Keeps the daemons of new packages from starting at the next boot.
 *
 * @param {readonly import('./packages.js').SystemPackage[]} installed
 * @param {(line: string) => void} say
 */
const holdServices = (installed, say) => {
  for (const { name } of installed.filter(({ name }) => services.includes(name))) {
    const { status } = spawnSync('update-rc.d', [name, 'disable'])
    const boot = status === 0 ? 'nor will it at boot' : `at boot it will: update-rc.d ${name} disable failed`
    say(`  ${name}: its daemon was not started here, ${boot}`)
  }
}

/**
 * Installs packages by apt-get: all at once, and where that fails one by one, so that the ones
 * that cannot be had are known by name.
 *
 * @param {readonly import('./packages.js').SystemPackage[]} missing
 * @param {(line: string) => void} say
 * @returns {{ item: import('./packages.js').SystemPackage, reason: string }[]} what cannot be had
 */
export const installPackages = (missing, say) => {
  say(`installing by apt-get (a minute or so): ${missing.map(({ name }) => name).join(' ')}`)
  const update = apt(['update'])
  if (update.status !== 0) say(`  apt-get update failed: ${reasonOf(update)}`)
  const failed = withoutDaemons(() => {
    if (aptInstall(missing.map(({ name }) => name)).status === 0) return []
    return missing.flatMap((item) => {
      const result = aptInstall([item.name])
      return result.status === 0 ? [] : [{ item, reason: reasonOf(result) }]
    })
  })
  const installed = missing.filter(isInstalled)
  holdServices(installed, say)
  say(`installed: ${installed.map(({ name }) => name).join(' ') || 'nothing'}`)
  return failed
}
