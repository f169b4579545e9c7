#!/usr/bin/env node
// Makes a fresh clone ready: node_modules, and the system packages that tests and labs use.
// Plain JavaScript without dependencies, since it runs before there are any.
//
//   --check    only says what is missing; exit 1 where node_modules is
//   --modules  node_modules only
import { fileURLToPath } from 'node:url'
import { installPackages } from './apt.js'
import { readMachine } from './machine.js'
import { installModules, modulesDue } from './modules.js'
import { canInstall, failureReport, missingReport } from './packages.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const checkOnly = process.argv.includes('--check')
const modulesOnly = process.argv.includes('--modules')

/** @param {string} line */
const say = (line) => console.error(`setup: ${line}`)

const setUpModules = () => {
  const due = modulesDue(root)
  if (due === undefined) return true
  say(checkOnly ? due : `${due}: running npm ci`)
  if (checkOnly) return false
  const done = installModules(root)
  if (!done) say('npm ci failed; its message is above')
  return done
}

const setUpPackages = () => {
  const machine = readMachine()
  if (machine.missing.length === 0) return
  const lines =
    checkOnly || !canInstall(machine) ? missingReport(machine) : failureReport(installPackages(machine.missing, say))
  for (const line of lines) say(line)
}

if (!setUpModules()) process.exitCode = 1
if (!modulesOnly) setUpPackages()
if (checkOnly && process.exitCode === undefined) say('node_modules is up to date')
