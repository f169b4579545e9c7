import { encodeMessage, type Message, type MessageNamed, of10 } from '../../../controller/openflow/index.ts'
import { buffers, ports } from './layout.ts'

type Message10 = of10.MessageNamed10<'hello'> | Parameters<typeof of10.encodeMessage>[0]

const hardware = { manufacturer: 'heddle', hardware: 'emulated', software: 'bench/throughput' } as const
const about = { ...hardware, serialNumber: '0', datapath: 'emulated' } as const
/** 10GB_FD */
const tenGigabits = 0x40
/** OFPET_BAD_REQUEST and OFPBRC_BAD_TYPE */
const badType = { errorType: 1, code: 1 } as const
/** How much of a refused message an error quotes. */
const quoted = 64

const portNumbers = Array.from({ length: ports }, (_, index) => index + 1)
const hwAddr = (number: number, portNo: number): number => 0x06_0000_000000 + number * 0x10000 + portNo
const features = { config: 0, curr: tenGigabits, advertised: 0, supported: 0, peer: 0 } as const

const portDescReply = (number: number): Omit<MessageNamed<'portDescReply'>, 'xid'> => ({
  type: 'portDescReply',
  flags: 0,
  ports: portNumbers.map((portNo) => ({
    ...{ portNo, hwAddr: hwAddr(number, portNo), name: `eth${portNo}`, ...features, state: 4 },
    ...{ currSpeed: 10_000_000, maxSpeed: 10_000_000 },
  })),
})

/** OPEN_REQUEST is answered by OPEN_REPLY, the next number; so are the others. */
const bundleReply = ({ bundleId, control, flags }: MessageNamed<'bundleControl'>) =>
  ({ type: 'bundleControl', bundleId, control: control + 1, flags }) as const

const empty = { flags: 0 } as const

type Unsent = Message extends infer M ? (M extends Message ? Omit<M, 'xid'> : never) : never

/** The answer to each request that a controller may make; an empty switch without meters and groups. */
const answers: { readonly [K in Message['type']]?: (request: MessageNamed<K>, number: number) => Unsent } = {
  echoRequest: ({ data }) => ({ type: 'echoReply', data }),
  featuresRequest: (_, number) => ({
    ...({ type: 'featuresReply', datapathId: BigInt(number), nBuffers: buffers, nTables: 254 } as const),
    ...{ auxiliaryId: 0, capabilities: 0x47, reserved: 0 },
  }),
  getConfigRequest: () => ({ type: 'getConfigReply', flags: 0, missSendLen: 0xffff }),
  barrierRequest: () => ({ type: 'barrierReply' }),
  roleRequest: ({ role, generationId }) => ({ type: 'roleReply', role, generationId }),
  descRequest: () => ({ type: 'descReply', ...empty, ...about }),
  portDescRequest: (_, number) => portDescReply(number),
  flowStatsRequest: () => ({ type: 'flowStatsReply', ...empty, flows: [] }),
  tableStatsRequest: () => ({ type: 'tableStatsReply', ...empty, tables: [] }),
  tableFeaturesRequest: () => ({ type: 'tableFeaturesReply', ...empty, tables: [] }),
  portStatsRequest: () => ({ type: 'portStatsReply', ...empty, ports: [] }),
  groupDescRequest: () => ({ type: 'groupDescReply', ...empty, groups: [] }),
  groupFeaturesRequest: () => ({
    ...({ type: 'groupFeaturesReply', ...empty, types: 0, capabilities: 0 } as const),
    ...{ maxGroups: [0, 0, 0, 0], actions: [0, 0, 0, 0] },
  }),
  meterConfigRequest: () => ({ type: 'meterConfigReply', ...empty, meters: [] }),
  meterFeaturesRequest: () => ({
    ...({ type: 'meterFeaturesReply', ...empty, maxMeter: 0, bandTypes: 0 } as const),
    ...{ capabilities: 0, maxBands: 0, maxColor: 0 },
  }),
  bundleControl: (request) => bundleReply(request),
  flowMonitorRequest: () => ({ type: 'flowMonitorReply', ...empty, updates: [] }),
  tlvTableRequest: () => ({ type: 'tlvTableReply', maxOptionSpace: 248, maxFields: 64, mappings: [] }),
}

/** Types of messages that have no answer. */
const silent: ReadonlySet<Message['type']> = new Set([
  ...(['hello', 'echoReply', 'error', 'setConfig', 'setAsync', 'flowMod', 'groupMod', 'meterMod'] as const),
  ...(['portMod', 'tableMod', 'packetOut', 'bundleAdd', 'tlvTableMod'] as const),
])

const refusal = (bytes: Uint8Array) => ({ type: 'error', ...badType, data: bytes.slice(0, quoted) }) as const

/** What an emulated OpenFlow 1.3 switch answers; nothing where there is no answer. */
export const answer13 = (message: Message, bytes: Uint8Array, number: number): Uint8Array | undefined => {
  const { xid } = message
  const make = answers[message.type] as ((request: Message, number: number) => Unsent) | undefined
  if (make) return encodeMessage({ ...make(message, number), xid } as Message)
  return silent.has(message.type) ? undefined : encodeMessage({ ...refusal(bytes), xid })
}

const answer10Of = (message: Message10, number: number): Message10 | undefined => {
  const { xid } = message
  if (message.type === 'echoRequest') return { type: 'echoReply', xid, data: message.data }
  if (message.type === 'barrierRequest') return { type: 'barrierReply', xid }
  if (message.type === 'getConfigRequest') return { type: 'getConfigReply', xid, flags: 0, missSendLen: 0xffff }
  if (message.type === 'descRequest') return { type: 'descReply', xid, flags: 0, ...about }
  if (message.type !== 'featuresRequest') return undefined
  return {
    ...({ type: 'featuresReply', xid, datapathId: BigInt(number), nBuffers: buffers, nTables: 1 } as const),
    ...{ capabilities: 7, actions: 0xfff },
    ports: portNumbers.map((portNo) => ({
      ...{ portNo, hwAddr: hwAddr(number, portNo), name: `eth${portNo}`, ...features, state: 0 },
    })),
  }
}

const silent10: ReadonlySet<Message10['type']> = new Set([
  ...(['hello', 'echoReply', 'error', 'setConfig', 'flowMod', 'packetOut'] as const),
])

/** The same of OpenFlow 1.0. */
export const answer10 = (message: Message10, bytes: Uint8Array, number: number): Uint8Array | undefined => {
  const answer = answer10Of(message, number)
  if (answer) return of10.encodeMessage(answer)
  if (silent10.has(message.type)) return undefined
  return of10.encodeMessage({ ...refusal(bytes), xid: message.xid })
}
