// Values as they are on the wire (RFC 7047 §5.1). As programs see them: see row.ts.

export type Atom = string | number | boolean

/** The UUID of a row; on the wire, apart from text. */
export type UuidJson = readonly ['uuid', string]
/** A row that the same transaction inserts. */
export type NamedUuidJson = readonly ['named-uuid', string]
export type AtomJson = Atom | UuidJson | NamedUuidJson
export type SetJson = readonly ['set', readonly AtomJson[]]
export type MapJson = readonly ['map', readonly (readonly [AtomJson, AtomJson])[]]
export type ValueJson = AtomJson | SetJson | MapJson
export type RowJson = Readonly<Record<string, ValueJson>>

export const uuid = (text: string): UuidJson => ['uuid', text]

/** Names a row that an `insert` of the same transaction makes under this name. */
export const namedUuid = (name: string): NamedUuidJson => ['named-uuid', name]

export const set = (elements: Iterable<AtomJson>): SetJson => ['set', [...elements]]

export const map = (entries: Readonly<Record<string, Atom>>): MapJson => ['map', Object.entries(entries)]
