import type { Draft } from '../draft.ts'
import { listed } from './names.ts'

/** A lease's id holds a network's, an `@` and an address, in 128 characters. */
const longestName = 80

export const checkNetwork = (draft: Draft, id: string): void => {
  if (id.length > longestName)
    draft.refuse('network', id, '', `its name is too long: ${longestName} characters at most`)
}

/** What stands in a network has to go before it, or with it. */
export const checkNetworkGone = (draft: Draft, id: string): void => {
  const parts = (['port', 'subnet'] as const).flatMap((kind) => {
    const ids = [...draft.of(kind, id)]
    return ids.length === 0 ? [] : [listed(ids, kind)]
  })
  if (parts.length === 0) return
  const them = parts.length === 1 && parts[0]?.startsWith('1 ') ? 'it' : 'them'
  draft.refuse('network', id, '', `it still has ${parts.join(' and ')}: delete ${them} first, or in the same request`)
}
