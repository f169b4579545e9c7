import type { Socket } from 'node:net'
import {
  BundleControlType,
  decodeMessage,
  encodeMessage,
  Framer,
  type FrameSink,
  type Message,
  type MessageNamed,
  ProtocolError,
  Slab,
} from '../../controller/openflow/index.ts'

/** What all fake switches of a process have taken in. */
export interface Tally {
  /** Switches that were asked for their flows: the controller has shaken hands with them. */
  asked: number
  /** Flow-mods, in bundles or not. */
  flowMods: number
  /** Bundles committed. */
  commits: number
}

type Reply = (request: never, dpid: bigint) => Message | undefined

const xidOf = ({ xid }: Message) => xid
const ofPort = (portNo: number) => ({
  portNo,
  hwAddr: 0x0200_0000_0000 + portNo,
  name: `port${portNo}`,
  config: 0,
  state: 4,
  curr: 0,
  advertised: 0,
  supported: 0,
  peer: 0,
  currSpeed: 0,
  maxSpeed: 0,
})
const fourZeroes: [number, number, number, number] = [0, 0, 0, 0]
const manyGroups: [number, number, number, number] = [0xffff_ff00, 0xffff_ff00, 0xffff_ff00, 0xffff_ff00]

/** What a bare Open vSwitch bridge with four ports answers; nothing in its tables. */
const replies: { readonly [K in Message['type']]?: (request: MessageNamed<K>, dpid: bigint) => Message | undefined } = {
  featuresRequest: (request, datapathId) => ({
    ...{ type: 'featuresReply', xid: xidOf(request), datapathId, nBuffers: 0, nTables: 254, auxiliaryId: 0 },
    ...{ capabilities: 0x4f, reserved: 0 },
  }),
  descRequest: (request) => ({
    ...{ type: 'descReply', xid: xidOf(request), flags: 0, manufacturer: 'heddle', hardware: 'none' },
    ...{ software: 'fake switch', serialNumber: 'None', datapath: 'None' },
  }),
  portDescRequest: (request) => ({
    ...{ type: 'portDescReply', xid: xidOf(request), flags: 0, ports: [1, 2, 3, 4].map(ofPort) },
  }),
  meterFeaturesRequest: (request) => ({
    ...{ type: 'meterFeaturesReply', xid: xidOf(request), flags: 0, maxMeter: 0x3_ffff, bandTypes: 2 },
    ...{ capabilities: 15, maxBands: 1, maxColor: 0 },
  }),
  groupFeaturesRequest: (request) => ({
    ...{ type: 'groupFeaturesReply', xid: xidOf(request), flags: 0, types: 15, capabilities: 7 },
    ...{ maxGroups: manyGroups, actions: fourZeroes },
  }),
  groupDescRequest: (request) => ({ type: 'groupDescReply', xid: xidOf(request), flags: 0, groups: [] }),
  meterConfigRequest: (request) => ({ type: 'meterConfigReply', xid: xidOf(request), flags: 0, meters: [] }),
  flowStatsRequest: (request) => ({ type: 'flowStatsReply', xid: xidOf(request), flags: 0, flows: [] }),
  flowMonitorRequest: (request) => ({ type: 'flowMonitorReply', xid: xidOf(request), flags: 0, updates: [] }),
  tlvTableRequest: (request) => ({
    ...{ type: 'tlvTableReply', xid: xidOf(request), maxOptionSpace: 256, maxFields: 64, mappings: [] },
  }),
  barrierRequest: (request) => ({ type: 'barrierReply', xid: xidOf(request) }),
  echoRequest: (request) => ({ type: 'echoReply', xid: xidOf(request), data: request.data }),
  bundleControl: (request) => ({ ...request, control: request.control + 1 }),
  setConfig: () => undefined,
  groupMod: () => undefined,
  meterMod: () => undefined,
}

const Type = { HELLO: 0, EXPERIMENTER: 4, FLOW_MOD: 14 } as const
const bundleAdd = 2301
const hello = encodeMessage({ type: 'hello', xid: 0, elements: [{ type: 'versionBitmap', bitmaps: [1 << 4] }] })
/** Of output: answers are short. */
const slabBytes = 2048

/**
 * A switch that shakes hands, says yes to every change and remembers none: the cheapest peer for
 * measuring a controller with thousands of switches.
 */
export class FakeSwitch implements FrameSink {
  private readonly socket: Socket
  private readonly dpid: bigint
  private readonly tally: Tally
  private readonly slab = new Slab(slabBytes)

  constructor(socket: Socket, dpid: bigint, tally: Tally) {
    this.socket = socket
    this.dpid = dpid
    this.tally = tally
    const framer = new Framer(this)
    socket.on('data', (chunk) => {
      framer.push(chunk)
      this.flush()
    })
    this.slab.raw(hello)
    this.flush()
  }

  private flush(): void {
    if (this.slab.pending > 0) this.socket.write(this.slab.chunk())
  }

  frame(view: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    const type = view.getUint8(start + 1)
    if (type === Type.FLOW_MOD) this.tally.flowMods++
    else if (type === Type.EXPERIMENTER && view.getUint32(start + 12) === bundleAdd) this.tally.flowMods++
    else if (type !== Type.HELLO) this.answer(decodeMessage(bytes.subarray(start, end)))
    return true
  }

  private answer(request: Message): void {
    const reply = replies[request.type] as Reply | undefined
    if (!reply) throw new ProtocolError('OFPBRC_BAD_TYPE', `a fake switch knows no ${request.type}`)
    if (request.type === 'flowStatsRequest') this.tally.asked++
    if (request.type === 'bundleControl' && request.control === BundleControlType.COMMIT_REQUEST) this.tally.commits++
    const message = reply(request as never, this.dpid)
    if (message) this.slab.message(message)
  }

  error(error: ProtocolError): boolean {
    throw error
  }
}
