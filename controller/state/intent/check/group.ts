import type { Draft } from '../draft.ts'
import type { Refuse } from './address.ts'

export const tenantText = (tenant: string | undefined): string =>
  tenant === undefined ? 'without a tenant' : `of tenant ${tenant}`

/** Groups that are named together are of one tenant: what they stand for in packets is told by tenants. */
export const checkTenant = (draft: Draft, ids: readonly string[] | undefined, path: string, refuse: Refuse): void => {
  const known = (ids ?? []).flatMap((id) => {
    const group = draft.get('group', id)
    return group ? [{ id, tenant: group.tenant }] : []
  })
  const [first] = known
  const other = known.find(({ tenant }) => tenant !== first?.tenant)
  if (!first || !other) return
  const [a, b] = [first, other].map(({ id, tenant }) => `${id} is ${tenantText(tenant)}`)
  refuse(path, `groups of one tenant are expected, but ${a} and ${b}`)
}
