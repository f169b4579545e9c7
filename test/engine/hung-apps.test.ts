import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { HungAppsFile } from '../../controller/engine/host/hung-apps.ts'
import { folderFor } from '../api/lab.ts'

t.test('apps that hung are kept in a file, which goes with the last', async (t) => {
  const path = join(folderFor(t), 'data', 'hung.json')
  const kept = () => new HungAppsFile(path)
  t.same(kept().list(), [])
  kept().forget('a')
  t.notOk(existsSync(path))
  kept().note({ name: 'a', tables: { first: 2, count: 1 }, why: 'first' })
  kept().note({ name: 'b', why: 'second' })
  kept().note({ name: 'a', why: 'third' })
  t.same(kept().list(), [
    { name: 'b', why: 'second' },
    { name: 'a', why: 'third' },
  ])
  kept().forget('b')
  kept().forget('nobody')
  t.same(kept().list(), [{ name: 'a', why: 'third' }])
  kept().forget('a')
  t.notOk(existsSync(path))
})

t.test('a file that somebody has spoilt keeps no app away', async (t) => {
  const path = join(folderFor(t), 'hung.json')
  for (const text of ['', '{', '{}', '7', 'null', '[null, 7, {}]']) {
    writeFileSync(path, text)
    t.same(new HungAppsFile(path).list(), [], text)
  }
})
