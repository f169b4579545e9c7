import t from 'tap'
import { canInstall, failureReport, isDebian, missingReport, systemPackages } from './packages.js'

const tshark = { name: 'tshark', command: 'tshark', gives: 'tests in which tshark judges our messages' }
const ethtool = { name: 'ethtool', command: 'ethtool', gives: 'labs with offloads switched off' }
const missing = [tshark, ethtool]

t.test('Debian, Ubuntu and what is derived from them are told from other systems', (t) => {
  t.ok(isDebian('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'))
  t.ok(isDebian('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'))
  t.ok(isDebian('ID=linuxmint\nID_LIKE="ubuntu debian"\n'))
  t.notOk(isDebian('ID=fedora\nHOME_URL="https://debian.example"\n'))
  t.notOk(isDebian(''))
  t.end()
})

t.test('packages are installed by root on Debian only', (t) => {
  t.ok(canInstall({ root: true, debian: true, missing }))
  t.notOk(canInstall({ root: false, debian: true, missing }))
  t.notOk(canInstall({ root: true, debian: false, missing }))
  t.end()
})

t.test('one who is not root reads which features stay off and how to have them', (t) => {
  t.same(missingReport({ root: false, debian: true, missing }), [
    'not root, so these stay missing: tshark ethtool',
    '  off: tests in which tshark judges our messages (tshark)',
    '  off: labs with offloads switched off (ethtool)',
    '  to have them: sudo apt-get install tshark ethtool',
  ])
  t.end()
})

t.test('on another system the report names the packages, and no apt-get', (t) => {
  const lines = missingReport({ root: true, debian: false, missing: [ethtool] })
  t.match(lines[0], /not Debian or Ubuntu.*ethtool/)
  t.notMatch(lines.join('\n'), /apt-get/)
  t.end()
})

t.test('nothing is said where nothing is missing', (t) => {
  t.same(missingReport({ root: true, debian: true, missing: [] }), [])
  t.same(missingReport({ root: false, debian: false, missing: [] }), [])
  t.end()
})

t.test('a package that cannot be had is named with the reason', (t) => {
  t.same(failureReport([{ item: tshark, reason: 'Unable to locate package tshark' }]), [
    'cannot be had: tshark (Unable to locate package tshark)',
    '  off: tests in which tshark judges our messages (tshark)',
  ])
  t.end()
})

t.test('every package says what it gives and how to see that it is there', (t) => {
  for (const { name, gives, command, folder } of systemPackages) {
    t.ok(gives.length > 0 && (command ?? folder) !== undefined, name)
  }
  t.end()
})
