import type { Draft } from '../draft.ts'
import { referencesOf } from '../references.ts'

export const tenantText = (tenant: string | undefined): string =>
  tenant === undefined ? 'without a tenant' : `of tenant ${tenant}`

/** Groups that are named together are of one tenant: what they stand for in packets is told by tenants. */
export const checkTenant = (draft: Draft, kind: 'port' | 'policy', id: string): void => {
  const value = draft.get(kind, id)
  if (!value) return
  const groups = referencesOf(kind, value).flatMap(({ kind: named, id: name, path }) => {
    const group = named === 'group' ? draft.get('group', name) : undefined
    return group ? [{ name, path, tenant: group.tenant }] : []
  })
  const [first] = groups
  const other = groups.find(({ tenant }) => tenant !== first?.tenant)
  if (!first || !other) return
  const [a, b] = [other, first].map(({ name, tenant }) => `${name} is ${tenantText(tenant)}`)
  draft.refuse(kind, id, other.path, `${a}, but ${b}: groups that are named together have to be of one tenant`)
}
