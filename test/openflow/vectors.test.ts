import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { sharedVectors } from '../fuzz/corpus.ts'
import { checkFolder } from '../vectors/check.ts'
import type { Tally } from '../vectors/tally.ts'

const checkLines = (...lines: readonly object[]): Tally => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-vectors-'))
  try {
    writeFileSync(join(folder, 'some.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    return checkFolder(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const skip = existsSync(sharedVectors) ? false : `${sharedVectors} is not there`

t.test('every vector of other projects does what is expected of it', { skip }, (t) => {
  const tally = checkFolder(sharedVectors)
  t.same(tally.failures, [])
  t.ok(tally.passed > 0)
  t.end()
})

const echo = '0402000c0000000970696e67'

t.test('a line whose message decodes, encodes and prints as it says passes', (t) => {
  const text = 'OFPT_ECHO_REQUEST (OF1.3) (xid=0x9): 0 bytes of payload\n'
  const tally = checkLines({ name: 'echo', version: 4, type: 2, hex: '0402000800000009', text })
  t.same(tally.failures, [])
  t.equal(tally.passed, 1)
  t.end()
})

t.test('a line that is not met fails, with its name and the reason', (t) => {
  const tally = checkLines(
    { name: 'text', version: 4, type: 2, hex: '0402000800000009', text: 'OFPT_ECHO_REPLY' },
    { name: 'decoded', version: 4, type: 2, hex: echo, decoded: { OFPEchoRequest: { data: 'cG9uZw==' } } },
    { name: 'truncated', version: 4, type: 2, hex: echo, decoded: {}, truncated: true },
    { name: 'hostile/x/1', hex: '0402000800000009', expectation: 'error' },
    { name: 'hostile/x/2', hex: '0401000a010203040001', expectation: 'ignore' },
    { name: 'session', c2s: echo, s2c: '', messages: [] },
    { name: 'nothing' },
  )
  t.same(
    [...new Set(tally.failures.map(({ name }) => name))],
    ['text', 'decoded', 'truncated', 'hostile/x/1', 'hostile/x/2', 'session', 'nothing'],
  )
  t.equal(tally.passed, 0)
  t.equal(tally.failed, 7)
  t.end()
})

t.test('hostile lines may repeat, end the stream, or leave a choice', (t) => {
  const part = `041300280000000a00030001000000000000000${'0'.repeat(41)}`
  const tally = checkLines(
    { name: 'hostile/many', hex: echo, expectation: 'ignore', repeat: 1000 },
    { name: 'hostile/endless', hex: part, expectation: 'error', alsoAcceptable: ['ignore'], repeat: 2000 },
    { name: 'hostile/cut', hex: '0402000901020304', expectation: 'close', eof: true },
    { name: 'hostile/stalls', hex: '0402ffff', expectation: 'close', alsoAcceptable: ['timeout'] },
    { name: 'hostile/pieces', hex: echo, expectation: 'ignore', chunks: [1, 10, 1] },
    { name: 'hostile/hello/1', hex: '0600000800000001', expectation: 'ignore' },
  )
  t.same(tally.failures, [])
  t.equal(tally.passed, 6)
  t.end()
})

t.test('lines for a packet parser do not count', (t) => {
  const tally = checkLines({ name: 'packet/arp', layer: 'arp', class: 'arp', hex: '00', decoded: {} })
  t.equal(tally.passed + tally.failed, 0)
  t.match([...tally.notes.keys()], [/not applicable/])
  t.end()
})
