import { chmodSync, chownSync } from 'node:fs'
import t from 'tap'
import { ExposureError, serveApi } from '../../controller/api/index.ts'
import { need } from '../support/needs.ts'
import { ApiLab, appText, folderFor, writeApp } from './lab.ts'

const token = 'a-token-of-some-length'

t.test('names the field of a request that it does not know, or that is wrong', async (t) => {
  const lab = await ApiLab.start(t)
  for (const [method, url, body, path] of [
    ['POST', '/v1/apps', { nam: 'l2-switch' }, 'nam'],
    ['POST', '/v1/apps', { file: 5 }, 'file'],
    ['POST', '/v1/apps', { file: 'relative.ts' }, 'file'],
    ['POST', '/v1/apps', { file: '/no/such/file.ts' }, 'file'],
    ['POST', '/v1/apps', {}, 'name'],
    ['GET', '/v1/flows?dipd=1', undefined, 'dipd'],
    ['GET', '/v1/flows?limit=many', undefined, 'limit'],
    ['GET', '/v1/switch-ports?dpid=xyz', undefined, 'dpid'],
    ['GET', '/v1/why?dpid=1', undefined, 'flow'],
  ] as const) {
    const answer = await lab.ask(method, url, body)
    t.equal(answer.status, 400, `${method} ${url}`)
    t.equal(answer.body.problems[0].path, path, `${method} ${url}`)
    t.match(answer.body.error, path)
  }
  t.match(await lab.get('/v1/switch-ports?dpid=5'), { status: 404, body: { error: /no switch 0000000000000005/ } })
  t.match(await lab.get('/v2/nothing'), { status: 404, body: { error: /\/docs/ } })
})

t.test('wants the token where there is one, but for its health', async (t) => {
  const lab = await ApiLab.start(t, token)
  const ask = (authorization?: string, url = '/v1/switches') =>
    lab.ask('GET', url, undefined, { host: 'controller.example:8181', ...(authorization ? { authorization } : {}) })
  for (const wrong of [undefined, 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
    t.match(await ask(wrong), { status: 401, body: { error: /token/ } })
    t.equal((await ask(wrong, '/v1/apps/x')).status, 401)
  }
  t.equal((await lab.api.inject('/metrics')).statusCode, 401)
  t.equal((await ask(`Bearer ${token}`)).status, 200)
  t.match(await ask(undefined, '/v1/health'), { status: 200, body: { status: 'ok', version: '1.2.3' } })
})

t.test('without a token serves this machine alone, and no page of another site', async (t) => {
  const lab = await ApiLab.start(t)
  const ask = (headers: object) => lab.ask('GET', '/v1/switches', undefined, headers)
  for (const host of ['localhost:8181', '127.0.0.1:8181', '[::1]:8181'])
    t.equal((await ask({ host })).status, 200, host)
  t.match(await ask({ host: 'evil.example:8181' }), { status: 403, body: { error: /localhost/ } })
  t.equal((await ask({ host: 'localhost:8181', origin: 'http://localhost:8181' })).status, 200)
  t.match(await ask({ host: 'localhost:8181', origin: 'https://evil.example' }), { status: 403 })
  const form = { payload: '{"name":"l2-switch"}', headers: { 'content-type': 'text/plain' } }
  t.equal((await lab.api.inject({ method: 'POST', url: '/v1/apps', ...form })).statusCode, 415)
})

t.test('listens for others only with a token', async (t) => {
  const { options } = await ApiLab.start(t)
  for (const address of ['0.0.0.0', '::', '192.0.2.1', 'controller.example']) {
    await t.rejects(serveApi(options, address, 0), ExposureError, address)
  }
  const api = await serveApi({ ...options, token }, '0.0.0.0', 0)
  await api.close()
})

t.test('without a token loads no file that another user could have written', async (t) => {
  const lab = await ApiLab.start(t)
  const file = writeApp(folderFor(t), appText([1]))
  chmodSync(file, 0o666)
  t.match(await lab.ask('POST', '/v1/apps', { file }), { status: 403, body: { error: /token/ } })
  chmodSync(file, 0o644)
  if (need(t, 'root', process.getuid?.() === 0)) {
    chownSync(file, 65534, 65534)
    t.equal((await lab.ask('POST', '/v1/plan', { file })).status, 403)
    chownSync(file, 0, 0)
  }
  t.equal((await lab.ask('POST', '/v1/apps', { file })).status, 200)
})
