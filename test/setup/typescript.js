// Has Node read the TypeScript of this checkout: node --import ./test/setup/typescript.js FILE
// Node 22.18 and later do so themselves.
import { register } from 'node:module'

if (!('typescript' in process.features && process.features.typescript)) {
  register('./typescript-hooks.js', import.meta.url)
  process.setSourceMapsEnabled(true)
}
