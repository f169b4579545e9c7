import { isIPv4, isIPv6 } from 'node:net'
import t from 'tap'
import { formatAddress, formatCidr, overlap, parseAddress, parseCidr, usable } from '../../controller/state/index.ts'
import fc from '../support/random.ts'

const canonical = (text: string): string | undefined => {
  const address = parseAddress(text)
  return address && formatAddress(address)
}

t.test('writes each address in one way (RFC 5952)', (t) => {
  for (const [text, expected] of [
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ] as const) {
    t.equal(canonical(text), expected)
  }
  t.end()
})

t.test('takes what Node takes for an address, and nothing else', (t) => {
  const part = fc.constantFrom('0', '1', '255', '256', '01', 'fffff', 'AB', '', ':', '::', '.', '1.2.3.4', '%eth0', ' ')
  const separator = fc.constantFrom('.', ':', '::', '')
  const text = fc.array(fc.tuple(part, separator), { maxLength: 9 }).map((parts) => parts.flat().join(''))
  const asNode = (one: string): boolean => (isIPv4(one) || isIPv6(one)) && !one.includes('%')
  const whole = fc.oneof(fc.ipV4(), fc.ipV6())
  const taken = fc.property(fc.oneof(text, whole), (one) => (parseAddress(one) !== undefined) === asNode(one))
  t.doesNotThrow(() => fc.assert(taken, { numRuns: 3000 }))
  const again = fc.property(whole, (one) => canonical(canonical(one) ?? '') === canonical(one))
  t.doesNotThrow(() => fc.assert(again))
  t.end()
})

t.test('ranges: bits behind the prefix are cleared, and what ports may have is known', (t) => {
  const text = (range: string) => {
    const cidr = parseCidr(range)
    return cidr && formatCidr(cidr)
  }
  t.equal(text('10.1.2.3/8'), '10.0.0.0/8')
  t.equal(text('fd00::1/64'), 'fd00::/64')
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/08', '10.0.0.0/', '/8', '10.0.0.0/8/8']) {
    t.equal(parseCidr(wrong), undefined, wrong)
  }
  const ends = (range: string) => {
    const cidr = parseCidr(range)
    if (!cidr) return []
    const { first, last } = usable(cidr)
    return [first, last].map((number) => formatAddress({ family: cidr.family, number }))
  }
  t.same(ends('10.0.0.0/24'), ['10.0.0.1', '10.0.0.254'])
  t.same(ends('10.0.0.0/31'), ['10.0.0.0', '10.0.0.1'])
  t.same(ends('10.0.0.7/32'), ['10.0.0.7', '10.0.0.7'])
  t.same(ends('fd00::/126'), ['fd00::1', 'fd00::3'])
  t.same(ends('fd00::/127'), ['fd00::', 'fd00::1'])
  const [a, b, c] = [parseCidr('10.0.0.0/8'), parseCidr('10.9.0.0/16'), parseCidr('11.0.0.0/8')]
  t.same([a && b && overlap(a, b), a && c && overlap(a, c)], [true, false])
  t.end()
})
