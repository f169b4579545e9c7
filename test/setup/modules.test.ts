import t from 'tap'
import { modulesLack } from './modules.js'

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/commander': { version: '14.0.3' },
    'node_modules/@esbuild/aix-ppc64': { version: '0.27.0', optional: true },
  },
}

t.test('node_modules that holds what the lockfile asks for is left alone', (t) => {
  const installed = { packages: { 'node_modules/commander': { version: '14.0.3' } } }
  t.equal(modulesLack(wanted, installed), undefined, 'packages of other platforms may be missing')
  t.end()
})

t.test('npm ci is due where node_modules is missing or holds something else', (t) => {
  t.match(modulesLack(wanted, undefined), /missing/)
  t.match(modulesLack(wanted, { packages: {} }), /older than package-lock\.json \(node_modules\/commander\)/)
  t.match(modulesLack(wanted, { packages: { 'node_modules/commander': { version: '14.0.2' } } }), /commander/)
  t.end()
})
