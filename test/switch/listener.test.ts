import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { type Endpoint, Listener, type ListenerOptions, type TlsKeys } from '../../controller/switch/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'
import { sleep, until } from '../engine/lab.ts'
import { hasCommand } from '../setup/machine.js'
import { need } from '../support/needs.ts'
import { peerFor } from './peer.ts'

const listen = async (t: Test, endpoint: Endpoint, options: ListenerOptions = {}) => {
  const up: string[] = []
  const refused: string[] = []
  const slowed: string[] = []
  const listener = new Listener(
    endpoint,
    {
      up: ({ name }) => up.push(name),
      up10: ({ name }) => up.push(name),
      refused: (_address, reason) => refused.push(reason),
      slowed: (address) => slowed.push(address),
    },
    options,
  )
  t.teardown(() => listener.stop())
  await listener.start()
  return { listener, up, refused, slowed }
}

const directory = async (t: Test): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'hd-switch-'))
  t.teardown(() => rm(made, { recursive: true }))
  return made
}

t.test('a plain-text port open to the network is refused unless that is said to be wanted', async (t) => {
  const none = { up: () => undefined, up10: () => undefined, refused: () => undefined, slowed: () => undefined }
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    t.throws(() => new Listener({ host, port: 0 }, none), /without TLS.*insecure: true/s, host)
  }
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
    t.doesNotThrow(() => new Listener({ host, port: 0 }, none), host)
  }
  const open = await listen(t, { host: '0.0.0.0', port: 0, insecure: true })
  t.ok(open.listener.port > 0)
})

t.test('without a host it listens on loopback only', async (t) => {
  const { listener } = await listen(t, { port: 0 })
  const socket = connect({ host: '127.0.0.1', port: listener.port })
  await new Promise((resolve) => socket.once('connect', resolve))
  t.equal(socket.remoteAddress, '127.0.0.1')
  socket.destroy()
})

t.test('a switch connects over a unix socket', async (t) => {
  const path = join(await directory(t), 'of.sock')
  const { up } = await listen(t, { path })
  const sw = new SimSwitch({ dpid: 3n })
  t.teardown(() => sw.close())
  sw.connect(connect(path))
  await until('it is up', () => up.length === 1)
  t.same(up, ['0000000000000003'])
})

t.test('one address has only so many connections, and gets new ones when old ones end', async (t) => {
  const { listener, refused } = await listen(t, { port: 0 }, { admission: { perAddress: 3 } })
  const peers = await Promise.all([1, 2, 3].map(() => peerFor(t, { port: listener.port })))
  const fourth = await peerFor(t, { port: listener.port })
  await fourth.end()
  t.match(refused, [/^3 connections from 127\.0\.0\.1 are open already$/])
  peers[0]?.socket.destroy()
  await until('it is noticed', () => refused.length === 2)
  const fifth = await peerFor(t, { port: listener.port })
  await sleep(50)
  t.notOk(fifth.closed)
})

t.test('only so many shake hands at a time; a switch that is up does not count', async (t) => {
  const { listener, up, slowed } = await listen(t, { port: 0 }, { admission: { handshakes: 1 } })
  await (await peerFor(t, { port: listener.port })).shakeHands(1n)
  await until('the first is up', () => up.length === 1)
  const second = await peerFor(t, { port: listener.port })
  await second.hello().next('featuresRequest')
  const third = (await peerFor(t, { port: listener.port })).hello()
  await sleep(50)
  t.equal(third.socket.bytesRead, 0, 'it waits')
  second.socket.destroy()
  await third.next('featuresRequest')
  t.same(slowed, [], 'nobody is to blame')
})

t.test('an address from which connections keep failing waits, and what is right there still comes up', async (t) => {
  const admission = { perAddressHandshakes: 4, forgiven: 1 }
  const { listener, up, slowed, refused } = await listen(t, { port: 0 }, { admission })
  const others = { port: listener.port, localAddress: '127.0.0.2' }
  const strangers = await Promise.all([1, 2, 3, 4].map(() => peerFor(t, others)))
  // So many that some wait, also where failures are forgotten meanwhile.
  for (let count = 0; count < 10; count++) await peerFor(t, others)
  const waiting = (await peerFor(t, others)).hello()
  t.equal(waiting.socket.bytesRead, 0)
  for (const { socket } of strangers) socket.write('GET / HTTP/1.1\r\n\r\n')
  await until('they are refused', () => refused.length === 4)
  t.same(slowed, ['127.0.0.2'])
  await (await peerFor(t, { port: listener.port })).shakeHands(1n)
  await until('one from elsewhere is up at once', () => up.length === 1)
  await waiting.next('featuresRequest')
})

const openssl = promisify(execFile)

/** A certificate authority and what it has signed for a controller and a switch; another one has signed the stranger. */
const makeKeys = async (at: string): Promise<{ controller: TlsKeys; switch: TlsKeys; stranger: TlsKeys }> => {
  const run = (...args: string[]) => openssl('openssl', args, { cwd: at })
  const authority = (name: string) =>
    run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`) // biome-ignore format: one command
  const signed = async (name: string, ca: string): Promise<TlsKeys> => {
    await run(
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    )
    await run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${ca}.pem`,
      '-CAkey',
      `${ca}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
    )
    const read = (file: string) => readFile(join(at, file), 'utf8')
    return { key: await read(`${name}.key`), cert: await read(`${name}.pem`), ca: await read('ca.pem') }
  }
  await authority('ca')
  await authority('otherca')
  return {
    controller: await signed('controller', 'ca'),
    switch: await signed('switch', 'ca'),
    stranger: await signed('stranger', 'otherca'),
  }
}

t.test('over TLS both sides show certificates', async (t) => {
  if (!need(t, 'openssl', hasCommand('openssl'))) return
  const keys = await makeKeys(await directory(t))
  const { listener, up, refused } = await listen(t, { host: '0.0.0.0', port: 0, tls: keys.controller })
  const dial = (own: Partial<TlsKeys>) => {
    const { ca } = keys.switch
    const socket = connectTls({ port: listener.port, ...own, ca, checkServerIdentity: () => undefined })
    t.teardown(() => socket.destroy())
    return socket.on('error', () => undefined)
  }
  const sw = new SimSwitch({ dpid: 4n })
  t.teardown(() => sw.close())
  sw.connect(dial(keys.switch))
  await until('the switch is up', () => up.length === 1)
  const closed = (own: Partial<TlsKeys>) => new Promise<void>((resolve) => dial(own).once('close', () => resolve()))
  await closed({})
  await closed({ key: keys.stranger.key, cert: keys.stranger.cert })
  await until('both are reported', () => refused.length === 2)
  t.match(refused, [/^TLS: /, /^TLS: /])
  t.equal(up.length, 1, 'no certificate, or one that somebody else has signed: no switch')
})

t.test(
  'a connection that does not agree on TLS takes up its place, and does not keep the listener from stopping',
  async (t) => {
    if (!need(t, 'openssl', hasCommand('openssl'))) return
    const { controller } = await makeKeys(await directory(t))
    const admission = { perAddress: 2 }
    const { listener, refused } = await listen(t, { host: '0.0.0.0', port: 0, tls: controller }, { admission })
    const silent = await Promise.all([1, 2].map(() => peerFor(t, { port: listener.port })))
    const third = await peerFor(t, { port: listener.port })
    await third.end()
    t.match(refused, [/2 connections from/])
    await listener.stop()
    for (const peer of silent) await peer.end()
    t.pass('stopped')
  },
)

t.test('an address where TLS fails time and again waits, too', async (t) => {
  if (!need(t, 'openssl', hasCommand('openssl'))) return
  const keys = await makeKeys(await directory(t))
  const admission = { perAddressHandshakes: 2 }
  const { listener, up, slowed } = await listen(t, { port: 0, tls: keys.controller }, { admission })
  const strangers = await Promise.all([1, 2].map(() => peerFor(t, { port: listener.port })))
  const sw = new SimSwitch({ dpid: 4n })
  t.teardown(() => sw.close())
  const { key, cert, ca } = keys.switch
  const socket = connectTls({ port: listener.port, key, cert, ca, checkServerIdentity: () => undefined })
  sw.connect(socket)
  // Its turn comes behind those two: it waits when they fail, however long its connecting takes.
  await once(socket, 'connect')
  for (const peer of strangers) peer.hello()
  await until('it waits', () => slowed.length === 1)
  await until('and comes up', () => up.length === 1)
  t.same(up, ['0000000000000004'])
})
