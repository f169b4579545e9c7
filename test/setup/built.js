import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** @param {string} pid */
const isAlive = (pid) => {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

/**
 * Builds what users get of the sources as they are now, in a folder of this process's own that goes when it ends. Types
 * are not looked at.
 *
 * @param {string} root
 * @returns {string} the script of the command
 * @throws Error where the compiler fails, which has said why
 */
export const buildCommand = (root) => {
  const builds = join(root, 'node_modules/.cache/heddle-built')
  const folder = join(builds, String(process.pid))
  mkdirSync(builds, { recursive: true })
  // Those that were killed are cleaned up after.
  for (const pid of readdirSync(builds)) if (!isAlive(pid)) rmSync(join(builds, pid), { recursive: true, force: true })
  const bin = 'controller/cli/heddle.js'
  mkdirSync(join(folder, 'controller/cli'), { recursive: true })
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const file of ['package.json', bin]) copyFileSync(join(root, file), join(folder, file))
  const to = ['--outDir', join(folder, 'dist'), '--noCheck', '--declaration', 'false']
  const compiler = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', ...to]
  const { status } = spawnSync(process.execPath, compiler, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the sources do not compile')
  return join(folder, bin)
}
