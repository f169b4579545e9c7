import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The part of a package-lock.json that says what is in node_modules.
 *
 * @typedef {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }> }} Lock
 */

/**
 * Why node_modules does not hold what package-lock.json asks for. Optional packages of other
 * platforms may be missing.
 *
 * @param {Lock} wanted the package-lock.json
 * @param {Lock | undefined} installed npm's own record in node_modules, if there is one
 * @returns {string | undefined} nothing where all is there
 */
export const modulesLack = (wanted, installed) => {
  if (installed === undefined) return 'node_modules is missing'
  for (const [path, { version, optional }] of Object.entries(wanted.packages)) {
    if (path === '') continue
    const found = installed.packages[path]
    if (found === undefined && optional) continue
    if (found?.version !== version) return `node_modules is older than package-lock.json (${path})`
  }
  return undefined
}

/**
 * @param {string} file
 * @returns {Lock | undefined}
 */
const readLock = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Why `npm ci` is due in the project at `root`, if it is.
 *
 * @param {string} root
 */
export const modulesDue = (root) => {
  const wanted = readLock(join(root, 'package-lock.json'))
  if (wanted === undefined) return undefined
  return modulesLack(wanted, readLock(join(root, 'node_modules/.package-lock.json')))
}

/**
 * Runs `npm ci` in the project at `root`; its output goes to standard error.
 *
 * @param {string} root
 * @returns {boolean} whether it went well
 */
export const installModules = (root) =>
  spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2] })
    .status === 0
