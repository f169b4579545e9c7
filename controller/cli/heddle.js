#!/usr/bin/env node
// In a checkout this runs the TypeScript sources; in the published package, what was built from them.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @param {string} path */
const here = (path) => new URL(path, import.meta.url)

const source = here('main.ts')

const runSource = async () => {
  if (!existsSync(here('../../node_modules'))) {
    const setup = [fileURLToPath(here('../../test/setup/setup.js')), '--modules']
    const { status } = spawnSync(process.execPath, setup, { stdio: ['ignore', 2, 2] })
    if (status !== 0) process.exit(1)
  }
  // Node 22.18 and later read TypeScript themselves.
  if (!('typescript' in process.features && process.features.typescript)) (await import('tsx/esm/api')).register()
  await import(source.href)
}

if (existsSync(source)) await runSource()
else await import(here('../../dist/controller/cli/main.js').href)
