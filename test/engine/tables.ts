import type { Claims, DesiredTable } from '../../controller/engine/desired.ts'

/** Tables by kind, each from key to what is wanted there and whose it is. */
type Tables = Readonly<Record<'flows' | 'groups' | 'meters', ReadonlyMap<string | number, string>>>
export type AnyClaims = Claims<string | number, { readonly effect: string }>
export const kinds = ['flows', 'groups', 'meters'] as const

export const textOf = (claims: AnyClaims, key: string | number): string => {
  const claim = claims.get(key)
  return claim ? `${claim.thing.effect} ${claim.owner.rule} ${claim.owner.object}` : ''
}

export const wantedBy = (table: DesiredTable): Tables => {
  const read = (kind: (typeof kinds)[number]) => {
    const claims = table[kind] as unknown as AnyClaims
    return new Map([...claims.entries()].map(([key]) => [key, textOf(claims, key)]))
  }
  return { flows: read('flows'), groups: read('groups'), meters: read('meters') }
}

export const sameMaps = (a: ReadonlyMap<unknown, string>, b: ReadonlyMap<unknown, string>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)

/** Keys and effects are the bytes of the wire. */
const printable = (text: string): string =>
  text.replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** What the first table wants in one place and what the other does; of the first place in which they differ. */
export const differenceBetween = (a: DesiredTable, b: DesiredTable): string | undefined => {
  const [one, other] = [wantedBy(a), wantedBy(b)]
  for (const kind of kinds) {
    for (const key of new Set([...one[kind].keys(), ...other[kind].keys()])) {
      const [wanted, had] = [one[kind].get(key) ?? 'nothing', other[kind].get(key) ?? 'nothing']
      if (wanted !== had) return printable(`${kind} ${key}: ${wanted} is not ${had}`)
    }
  }
  return undefined
}
