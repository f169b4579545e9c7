import assert from 'node:assert/strict'
import { isIPv6 } from 'node:net'
import t, { type Test } from 'tap'
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  parseIpv4,
  parseIpv6,
  parseMac,
  TextSyntaxError,
} from '../../controller/openflow/index.ts'
import fc from '../support/random.ts'
import { bigBits, mac, u32 } from './generate/values.ts'

const refuses = (t: Test, parse: (text: string) => unknown, texts: readonly string[]): void => {
  for (const text of texts) {
    try {
      t.fail(`${text} was taken as ${parse(text)}`)
    } catch (error) {
      t.ok(error instanceof TextSyntaxError && error.at === text, `"${text}": ${(error as Error).message}`)
    }
  }
}

t.test('an Ethernet address', (t) => {
  t.equal(formatMac(0x0a0b0c0d0e0f), '0a:0b:0c:0d:0e:0f')
  t.equal(formatMac(0), '00:00:00:00:00:00')
  t.equal(parseMac('ff:ff:ff:ff:ff:ff'), 0xffffffffffff)
  t.equal(parseMac('0:1:2:3:4:F'), 0x00010203040f)
  fc.assert(fc.property(mac, (address) => assert.equal(parseMac(formatMac(address)), address)))
  refuses(t, parseMac, [
    '',
    '0a0b0c0d0e0f',
    '00:00:00:00:00',
    '00:00:00:00:00:00:00',
    '00:00:00:00:00:0g',
    '00-00-00-00-00-00',
    ' 00:00:00:00:00:00',
    '000:0:0:0:0:0',
  ])
  t.end()
})

t.test('an IPv4 address', (t) => {
  t.equal(formatIpv4(0xc0000201), '192.0.2.1')
  t.equal(parseIpv4('255.255.255.255'), 0xffffffff)
  t.equal(parseIpv4('0.0.0.0'), 0)
  fc.assert(fc.property(u32, (address) => assert.equal(parseIpv4(formatIpv4(address)), address)))
  refuses(t, parseIpv4, [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '1..2.3',
    '1.2.3.4/8',
    '0x1.2.3.4',
    '-1.2.3.4',
    '1.2.3.4 ',
  ])
  t.end()
})

/**
 * RFC 5952 §4: lower case, no leading zeros, the longest run of zero groups left out, the first of
 * equals, never a single one; §5: addresses of IPv4 as such.
 */
const canonical: Readonly<Record<string, string>> = {
  '::': '::',
  '::1': '::1',
  '1::': '1::',
  '2001:DB8:0:0:0:0:0:1': '2001:db8::1',
  '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
  '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
  '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
  '0:0:1::': '0:0:1::',
  '::ffff:c000:201': '::ffff:192.0.2.1',
  '::192.0.2.1': '::192.0.2.1',
  '64:ff9b::192.0.2.1': '64:ff9b::c000:201',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '0:1:2:3:4:5:6:7': '0:1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
}

t.test('an IPv6 address', (t) => {
  for (const [text, printed] of Object.entries(canonical)) t.equal(formatIpv6(parseIpv6(text)), printed, text)
  t.equal(parseIpv6('2001:db8::1'), 0x20010db8_00000000_00000000_00000001n)
  fc.assert(
    fc.property(bigBits(128), (address) => {
      assert.ok(isIPv6(formatIpv6(address)))
      assert.equal(parseIpv6(formatIpv6(address)), address)
    }),
  )
  refuses(t, parseIpv6, [
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8::',
    '::1/64',
    '192.0.2.1',
    '1.2.3.4::',
    ':1:2:3:4:5:6:7',
  ])
  t.end()
})

t.test('what is no IPv6 address to Node is none to us', (t) => {
  const pieces = fc.array(fc.constantFrom(':', '::', '0', '1', 'ab', 'ffff', '12345', '.', '1.2.3.4', 'g'), {
    maxLength: 17,
  })
  const isTaken = (text: string): boolean => {
    try {
      parseIpv6(text)
      return true
    } catch (error) {
      assert.ok(error instanceof TextSyntaxError, String(error))
      return false
    }
  }
  // Leading zeros in IPv4 are taken, as ovs-ofctl takes them.
  const texts = pieces.map((list) => list.join('')).filter((text) => !/0\d*\./.test(text))
  fc.assert(
    fc.property(texts, (text) => assert.equal(isTaken(text), isIPv6(text), text)),
    { numRuns: 5000 },
  )
  t.pass('5000 texts')
  t.end()
})
