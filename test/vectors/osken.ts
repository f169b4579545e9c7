import { Oxm } from '../../controller/openflow/fields/oxm.ts'
import { isMembers, type Members, type Value } from './load.ts'
import { fieldDifference, numberOfBytes, numberOfText } from './osken-fields.ts'
import { aliases, special } from './osken-names.ts'

type Ours = Readonly<Record<string, unknown>>

/** Members that only say how long or of what kind a thing is: its re-encoded bytes prove them. */
const structural = new Set(
  'len length type actions_len match_len subtype vendor _class _command stats_type exp_type property slave_type'.split(
    ' ',
  ),
)

const camel = (name: string): string => name.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase())

/** `{"OFPPort": {…}}`: a value with the name of its class. */
const isNode = (value: Value): value is Members =>
  isMembers(value) && Object.keys(value).length === 1 && /^[A-Z]/.test(Object.keys(value)[0] as string)

/** A LoxiGen class without its version: `message.flow_add`. */
const loxiClass = (value: Members): string => String(value._class ?? 'object').replace(/^of1[03]\./, '')

const show = (value: unknown): string =>
  value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : String(value)

const bytesOf = (theirs: Value): Uint8Array | undefined => {
  if (typeof theirs === 'string') return Buffer.from(theirs, 'base64')
  if (isMembers(theirs) && typeof theirs.bytes === 'string') return Buffer.from(theirs.bytes, 'hex')
  return Array.isArray(theirs) && theirs.every((byte) => typeof byte === 'number') ? Uint8Array.from(theirs) : undefined
}

const sameScalar = (theirs: Value, ours: unknown): boolean => {
  if (ours instanceof Uint8Array) {
    const bytes = theirs === null ? new Uint8Array() : bytesOf(theirs)
    return bytes !== undefined && Buffer.compare(bytes, ours) === 0
  }
  if (theirs === null || theirs === '') return ours === undefined || ours === theirs
  if (typeof ours !== 'number' && typeof ours !== 'bigint' && typeof ours !== 'boolean') return theirs === ours
  if (typeof theirs === 'string') return numberOfText(theirs) === BigInt(ours)
  if (Array.isArray(theirs)) return numberOfBytes(bytesOf(theirs) ?? Uint8Array.of()) === BigInt(ours)
  return typeof theirs !== 'object' && BigInt(theirs) === BigInt(ours)
}

const loxiField = (owner: string, { value = null, value_mask: mask = null }: Members): Members => ({
  field: owner.slice('oxm.'.length).replace(/_masked$/, ''),
  value,
  mask,
})

/** LoxiGen takes a field that it does not know to be 4 bytes long, and so all that follow. */
const guesses = ({ oxm_list: list }: Members): boolean =>
  Array.isArray(list) && list.some((oxm) => isMembers(oxm) && oxm._class === 'of13.oxm.oxm')

/** The member of ours that another library's member stands for. */
const pair = (owner: string, key: string, theirs: Value, ours: Ours): unknown => {
  const names = aliases[`${owner}.${key}`] ?? aliases[key] ?? [camel(key)]
  const found = names.find((name) => name in ours)
  if (found !== undefined) return ours[found]
  // One list on each side: it is that list, whatever its name.
  const lists = Object.values(ours).filter((value) => Array.isArray(value))
  if (Array.isArray(theirs) && lists.length === 1) return lists[0]
  return isNode(theirs) && key === 'body' ? ours : undefined
}

/**
 * Compares os-ken's decoded form of a message with ours, member by member. Members are paired by
 * name (`table_id` with `tableId`, others by a table); addresses are compared as numbers.
 */
export class Comparison {
  readonly differences: string[] = []
  /** Members of the other form that no member of ours stands for, as `Class.member`. */
  readonly unpaired = new Set<string>()
  /** Members that were compared and are the same. */
  same = 0

  value(theirs: Value, ours: unknown, path: string): void {
    if (Array.isArray(theirs) && Array.isArray(ours)) this.list(theirs, ours, path)
    else if (isNode(theirs)) this.node(theirs, ours, path)
    else if (isMembers(theirs) && !('bytes' in theirs)) this.object(theirs, ours, path)
    else this.check(sameScalar(theirs, ours), `${path}: ${show(theirs)}, ours ${show(ours)}`)
  }

  private check(same: boolean, difference: string): void {
    if (same) this.same++
    else this.differences.push(difference)
  }

  private list(theirs: readonly Value[], ours: readonly unknown[], path: string): void {
    this.check(ours.length === theirs.length, `${path}: ${theirs.length} entries, ours ${ours.length}`)
    for (const [index, value] of theirs.entries()) this.value(value, ours[index], `${path}[${index}]`)
  }

  /** An object of LoxiGen's. */
  private object(theirs: Members, ours: unknown, path: string): void {
    const owner = loxiClass(theirs)
    if (guesses(theirs)) this.unpaired.add('oxm.oxm')
    else if (owner === 'common.uint32') this.value(theirs.value ?? null, ours, path)
    else if (Array.isArray(ours) && /^\d+$/.test(Object.keys(theirs)[0] ?? '')) this.ports(theirs, ours, path)
    else if (owner.startsWith('oxm.')) this.field(loxiField(owner, theirs), ours, path)
    else if (Array.isArray(ours)) this.value(theirs.oxm_list ?? theirs.bitmaps ?? [], ours, path)
    else this.members(owner, theirs, ours, path)
  }

  /** Ports by their number. */
  private ports(theirs: Members, ours: readonly Ours[], path: string): void {
    this.check(ours.length === Object.keys(theirs).length, `${path}: ${ours.length} ports in ours`)
    for (const [number, port] of Object.entries(theirs)) {
      const same = ours.find(({ portNo }) => String(portNo) === number)
      this.value(port, same, `${path}[${number}]`)
    }
  }

  private node(theirs: Members, ours: unknown, path: string): void {
    const [name, inner] = Object.entries(theirs)[0] as [string, Value]
    if (!isMembers(inner)) this.unpaired.add(name)
    else if (name === 'OXMTlv') this.field(inner, ours, path)
    else if (name === 'OFPMatch' && Array.isArray(ours)) this.value(inner.oxm_fields ?? [], ours, path)
    else this.members(name, inner, ours, path)
  }

  private field(theirs: Members, ours: unknown, path: string): void {
    const difference = ours instanceof Oxm ? fieldDifference(theirs, ours) : 'no field of ours'
    this.check(difference === undefined, `${path}: ${difference}`)
  }

  private members(owner: string, theirs: Members, ours: unknown, path: string): void {
    if (typeof ours !== 'object' || ours === null) {
      this.differences.push(`${path}: ${owner}, ours ${show(ours)}`)
      return
    }
    for (const [key, value] of Object.entries(theirs)) {
      if (!structural.has(key) || `${owner}.${key}` in special) this.member(owner, key, value, ours as Ours, path)
    }
  }

  private member(owner: string, key: string, theirs: Value, ours: Ours, path: string): void {
    const place = `${path}.${key}`
    const same = special[`${owner}.${key}`] ?? special[key]
    if (same) {
      const result = same(theirs, ours)
      if (result === undefined) this.unpaired.add(`${owner}.${key}`)
      else this.check(result, `${place}: ${show(theirs)}`)
      return
    }
    const found = pair(owner, key, theirs, ours)
    if (found === undefined && theirs !== null && theirs !== '') this.unpaired.add(`${owner}.${key}`)
    else this.value(theirs, found, place)
  }
}
