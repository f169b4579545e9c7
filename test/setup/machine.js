import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isDebian, systemPackages } from './packages.js'

/** Where Debian keeps administrators' commands, which other users' PATH leaves out. */
const systemFolders = ['/usr/sbin', '/sbin']

/** @param {string} file */
const executable = (file) => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Whether a command is on this machine.
 *
 * @param {string} command
 */
export const hasCommand = (command) =>
  [...(process.env.PATH ?? '').split(delimiter), ...systemFolders].some((folder) => executable(join(folder, command)))

/** @param {import('./packages.js').SystemPackage} item */
export const isInstalled = ({ command, folder }) =>
  (command === undefined || hasCommand(command)) && (folder === undefined || existsSync(folder))

const osRelease = () => {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/** @returns {import('./packages.js').Machine} */
export const readMachine = () => ({
  root: process.getuid?.() === 0,
  debian: isDebian(osRelease()) && hasCommand('apt-get'),
  missing: systemPackages.filter((item) => !isInstalled(item)),
})
