import { join } from 'node:path'
import { openSqliteStore } from '../../controller/state/index.ts'
import { ModelStore } from './model.ts'
import { storeSuite } from './store-suite.ts'

storeSuite('SQLite in memory', () => openSqliteStore(':memory:'))
storeSuite('SQLite in a file', (t) => openSqliteStore(join(t.testdir(), 'heddle.db')))
storeSuite('the model that the others are compared with', async () => new ModelStore())
