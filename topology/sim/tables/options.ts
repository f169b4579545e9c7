import type { Field } from '../../../controller/openflow/fields/field.ts'
import { codeByName, withLength } from '../../../controller/openflow/fields/oxm.ts'
import { type Key, optionSpace, type Place, Word } from '../pipeline/layout.ts'
import { Refusal } from '../refusal.ts'
import type { MatcherDraft } from './matcher-draft.ts'

/** Which tun_metadata field a Geneve option stands for. */
export interface OptionMapping {
  readonly optionClass: number
  readonly optionType: number
  /** Bytes, a multiple of 4. */
  readonly optionLength: number
  readonly index: number
}

const fieldCount = 64
const longest = 124

const indexOf = (field: Field): number => field.code.number - firstNumber
const firstNumber = codeByName('NXM_NX_TUN_METADATA0')?.number ?? 0

/** The Geneve options that a switch can match and set: its TLV table (ovs-fields(7), "tun_metadata"). */
export class OptionTable {
  private mapped: readonly OptionMapping[] = []
  private places: readonly Place[] = []

  get mappings(): readonly OptionMapping[] {
    return this.mapped
  }

  /** Where an option's value stands in a key; undefined where no option is mapped to the field. */
  place(field: Field): Place | undefined {
    return this.places[indexOf(field)]
  }

  refuse(field: Field): never {
    throw new Refusal('NXFMFC_INVALID_TLV_FIELD', `no option is mapped to ${field.names[0]}`)
  }

  /** Has a matcher ask that the option is there. */
  markPresent(field: Field, draft: MatcherDraft): void {
    const index = indexOf(field)
    const bit = 1 << (index % 32)
    draft.word(Word.TUN_METADATA_PRESENT + (index >>> 5), bit, bit)
  }

  isPresent(field: Field, key: Key): boolean {
    const index = indexOf(field)
    return ((key[Word.TUN_METADATA_PRESENT + (index >>> 5)] as number) & (1 << (index % 32))) !== 0
  }

  setPresent(field: Field, key: Key, present: boolean): void {
    const index = indexOf(field)
    const word = Word.TUN_METADATA_PRESENT + (index >>> 5)
    const bit = 1 << (index % 32)
    key[word] = present ? (key[word] as number) | bit : (key[word] as number) & ~bit
  }

  /** The code point of a field with the length of its option. */
  code(field: Field) {
    const mapping = this.mapped.find(({ index }) => index === indexOf(field))
    return mapping ? withLength(field.code, mapping.optionLength) : field.code
  }

  /** @throws Refusal where a mapping cannot be added; then none is */
  add(mappings: readonly OptionMapping[]): void {
    const all = [...this.mapped]
    for (const mapping of mappings) {
      check(mapping, all)
      all.push(mapping)
    }
    this.set(all)
  }

  /** @throws Refusal where a mapping is not there */
  remove(mappings: readonly OptionMapping[]): void {
    for (const mapping of mappings) {
      if (!this.mapped.some((one) => sameOption(one, mapping))) {
        throw new Refusal('NXTTMFC_BAD_FIELD_IDX', `tun_metadata${mapping.index} is not mapped to that option`)
      }
    }
    this.set(this.mapped.filter((one) => !mappings.some((mapping) => sameOption(one, mapping))))
  }

  clear(): void {
    this.set([])
  }

  private set(mappings: readonly OptionMapping[]): void {
    const places: Place[] = []
    let word: number = Word.TUN_METADATA
    for (const { index, optionLength } of mappings) {
      places[index] = { word, width: optionLength * 8, shift: 0 }
      word += optionLength / 4
    }
    this.mapped = mappings
    this.places = places
  }
}

const sameOption = (a: OptionMapping, b: OptionMapping): boolean =>
  a.optionClass === b.optionClass && a.optionType === b.optionType && a.index === b.index

const check = (mapping: OptionMapping, all: readonly OptionMapping[]): void => {
  const { index, optionLength, optionClass, optionType } = mapping
  if (optionLength % 4 !== 0 || optionLength > longest || optionLength === 0) {
    throw new Refusal('NXTTMFC_BAD_OPT_LEN', `an option of ${optionLength} bytes`)
  }
  if (index >= fieldCount) throw new Refusal('NXTTMFC_BAD_FIELD_IDX', `tun_metadata${index}`)
  if (all.some((one) => one.index === index)) throw new Refusal('NXTTMFC_ALREADY_MAPPED', `tun_metadata${index}`)
  if (all.some((one) => one.optionClass === optionClass && one.optionType === optionType)) {
    throw new Refusal('NXTTMFC_DUP_ENTRY', `option ${optionClass}/${optionType}`)
  }
  const used = all.reduce((sum, one) => sum + one.optionLength, optionLength)
  if (used > optionSpace) throw new Refusal('NXTTMFC_TABLE_FULL', `${used} bytes of options`)
}
