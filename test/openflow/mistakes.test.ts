import t from 'tap'
import {
  applyActions,
  decodeMessage,
  EncodeError,
  encodeHello,
  encodeMessage,
  field,
  fields,
  fromJson,
  type Message,
  match,
  Oxm,
  parseFlowMod,
  parseGroupMod,
  prepareActions,
  Slab,
  subfield,
  toJson,
  ValueTooWideError,
} from '../../controller/openflow/index.ts'
import { flowMod } from './flow-mod.ts'

/** What encoding says of a message that the type checker would not take. */
const refusal = (message: object): string => {
  try {
    encodeMessage(message as Message)
  } catch (error) {
    if (error instanceof EncodeError) return error.message
    throw error
  }
  return 'encoded'
}

const portMod = {
  type: 'portMod',
  xid: 1,
  portNo: 1,
  hwAddr: 1,
  config: 0,
  mask: 0,
  advertise: 0,
} as const

const descReply = { type: 'descReply', xid: 1, flags: 0, manufacturer: '', hardware: '', software: '', datapath: '' }

t.test('a value that does not fit is named with its path', (t) => {
  const ethType = new Oxm(fields.ethType.code, 0x1_0800)
  t.equal(refusal({ ...flowMod, match: [ethType] }), 'flowMod.match.ethType: 0x10800 does not fit 2 bytes')
  t.equal(refusal({ ...portMod, config: -1 }), 'portMod.config: an unsigned integer is expected, not -1')
  const actions = [{ type: 'clone', actions: [{ type: 'output', port: 2 ** 40, maxLen: 0 }] }]
  t.equal(
    refusal({ ...flowMod, instructions: [{ type: 'applyActions', actions }] }),
    `flowMod.instructions[0].applyActions.actions[0].clone.actions[0].output.port: ${2 ** 40} is more than 4294967295`,
  )
  t.equal(
    refusal({ ...flowMod, instructions: applyActions([{ type: 'nothing' } as never]) }),
    'flowMod.instructions[0].applyActions.actions[0].type: no action is called nothing',
  )
  t.throws(() => encodeMessage({ ...descReply, serialNumber: 'x'.repeat(33) } as Message), ValueTooWideError)
  t.equal(refusal({ ...descReply, serialNumber: 'a\0b' }), 'descReply.serialNumber: a NUL would end the string')
  t.end()
})

t.test('a field that is none is named', (t) => {
  for (const key of ['regs0', 'constructor', '__proto__'] as never[]) {
    t.throws(() => subfield(key), { message: `${key}: no such match field` })
    t.throws(() => field(key, 1), { message: `${key}: no such match field` })
    t.throws(() => match({ [`${key}`]: 1 } as object), { name: 'UnknownFieldError' })
  }
  t.throws(() => subfield('reg0', 0.5, 8), EncodeError)
  t.end()
})

t.test('a member that is missing is named', (t) => {
  t.equal(refusal({ type: 'portStatus', xid: 1, reason: 0 }), 'portStatus.desc: an object is expected')
  t.equal(refusal({ type: 'echoRequest', xid: 1 }), 'echoRequest.data: a Uint8Array is expected')
  t.equal(refusal({ ...flowMod, match: undefined }), 'flowMod.match: a list of fields is expected')
  t.equal(refusal({ ...flowMod, instructions: undefined }), 'flowMod.instructions: a list is expected')
  const without = (action: object): string =>
    refusal({ ...flowMod, instructions: [{ type: 'applyActions', actions: [action] }] }).replace(
      /^.*actions\[0\]\./,
      '',
    )
  t.equal(without({ type: 'regMove' }), 'regMove.src: bits of a field are expected, as subfield() gives them')
  t.equal(without({ type: 'stackPush' }), 'stackPush.src: bits of a field are expected, as subfield() gives them')
  t.equal(without({ type: 'setField' }), 'setField.oxm: a match field is expected, as field() gives it')
  t.equal(without({ type: 'bundle', algorithm: 0, fields: 0, basis: 0 }), 'bundle.members: a list is expected')
  t.end()
})

t.test('JSON from elsewhere may hold any names', (t) => {
  const json = (members: object) => fromJson({ ...toJson({ ...flowMod, xid: 1 }), ...members })
  for (const name of ['constructor', '__proto__', 'toString', '']) {
    t.throws(() => json({ type: name }), EncodeError)
    t.throws(() => json({ command: name }), EncodeError)
    t.throws(() => json({ flags: [name] }), EncodeError)
    t.throws(() => json({ match: JSON.parse(`{"${name}":"1"}`) }), EncodeError)
    t.throws(() => json({ instructions: [{ type: name }] }), EncodeError)
    t.throws(() => json({ instructions: [{ type: 'applyActions', actions: [{ type: name }] }] }), EncodeError)
  }
  t.throws(() => json({ flags: [2 ** 32] }), EncodeError)
  t.throws(() => json({ flags: [1.5] }), EncodeError)
  t.throws(() => json({ cookie: 'none' }), { message: /^message\.cookie: / })
  t.throws(() => json({ cookie: null }), { message: 'message.cookie: a string is expected' })
  t.end()
})

t.test('a name that is no UTF-8 keeps its bytes, also through JSON', (t) => {
  const name = 'caf\udce9-é-\ufeff\udc80'
  const message = { ...descReply, serialNumber: name } as Message
  const bytes = encodeMessage(message)
  t.same([...bytes.subarray(16 + 768, 16 + 768 + 4)], [0x63, 0x61, 0x66, 0xe9])
  const decoded = decodeMessage(bytes)
  t.same(decoded, message)
  t.same(encodeMessage(fromJson(JSON.parse(JSON.stringify(toJson(decoded))))), bytes)
  t.end()
})

t.test('names may have any bytes', (t) => {
  const message = encodeMessage({ ...descReply, serialNumber: '' } as Message)
  const at = 16 + 768
  for (const sample of [
    [0xff, 0xfe],
    [0xc3],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xef, 0xbb, 0xbf, 0x41],
    [0xc0, 0xaf],
  ]) {
    const bytes = message.slice()
    bytes.set(sample, at)
    t.same(encodeMessage(decodeMessage(bytes)), bytes)
  }
  const all = message.slice()
  for (let byte = 1; byte < 32; byte++) all[at + byte] = (byte * 67 + 128) & 0xff || 1
  all[at] = 0xe2
  t.same(encodeMessage(decodeMessage(all)), all)
  t.end()
})

t.test('words of text that every object has are no words of ours', (t) => {
  const wrong = [
    'constructor tcp,actions=drop',
    'constructor=1,actions=drop',
    'toString,actions=drop',
    'tcp,actions=constructor',
    'tcp,actions=ct(constructor)',
    'tcp,actions=ct(nat(constructor))',
    'tcp,actions=ct(commit,alg=constructor)',
    'tcp,actions=learn(constructor=1)',
    'tcp,actions=sample(constructor=1)',
    'tcp,actions=controller(constructor=1)',
    'tcp,actions=controller(reason=constructor)',
    'tcp,actions=encap(constructor)',
    'tcp,actions=multipath(constructor,0,modulo_n,1,0,reg0)',
    'in_port=MAX,actions=drop',
    'ct_state=+est-,actions=drop',
    'ct_state=0x100000000,actions=drop',
  ]
  for (const text of wrong) t.throws(() => parseFlowMod(text), { name: 'TextSyntaxError' }, text)
  t.throws(() => parseGroupMod('group_id=1,type=constructor'), { name: 'TextSyntaxError' })
  t.end()
})

t.test('what would not be read back as it was meant is refused', (t) => {
  const experimenter = { type: 'experimenter', experimenter: 1, data: new Uint8Array(1) } as const
  t.equal(
    refusal({ ...flowMod, instructions: [experimenter] }),
    'flowMod.instructions[0]: 9 bytes; a multiple of 8 is expected',
  )
  t.throws(() => encodeHello({ version: 256, xid: 1, elements: [] }), {
    message: 'hello.version: 256 is more than 255',
  })
  t.throws(() => encodeHello({ version: 4, xid: -1, elements: [] }), { name: 'EncodeError' })
  const large = { type: 'unknown', tag: 9, data: new Uint8Array(65000) } as const
  t.throws(() => encodeHello({ version: 4, xid: 1, elements: [large, large] }), { message: /at most 65535 fit/ })
  const packet = new Uint8Array(65536)
  t.throws(() => new Slab().packetOut(prepareActions([]), 1, 1, 0, packet, 0, packet.length), EncodeError)
  const misspelt = { type: 'controller2', max_len: 100 }
  t.throws(() => fromJson({ type: 'packetOut', bufferId: 1, inPort: 1, actions: [misspelt], data: '' }), {
    message: 'message.actions[0].max_len: no such member',
  })
  t.end()
})
