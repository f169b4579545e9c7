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

/** The first kind in which two tables want different things, or the same for different owners. */
export const differenceBetween = (a: DesiredTable, b: DesiredTable): string | undefined => {
  const [one, other] = [wantedBy(a), wantedBy(b)]
  const kind = kinds.find((kind) => !sameMaps(one[kind], other[kind]))
  return kind && `the ${kind} wanted`
}
