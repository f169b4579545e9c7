import Type from 'typebox'
import { type Held, type Table, vniOf } from '../../../state/index.ts'

/** What users have given, as any fields. */
export type Spec = Record<string, unknown>

/** What every view ends with. */
export const tail = {
  revision: Type.Integer({ description: 'that last changed it: its ETag' }),
  spec: Type.Record(Type.String(), Type.Unknown(), { description: 'what the user gave' }),
}

export const tailOf = ({ value, revision = 0 }: Held<unknown>) => ({ revision, spec: value as Spec })

export const vni = (table: Table, network: string): number =>
  vniOf((kind, id) => table.get(kind, id)?.value, network) ?? 0

/** Members that have a value. */
export const given = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
