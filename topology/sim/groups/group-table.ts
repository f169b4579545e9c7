import type { GroupState } from './group.ts'

/** Numbers of the groups that actions go to. */
export const groupsIn = (actions: readonly { readonly type: string }[]): readonly number[] =>
  actions.flatMap((action) =>
    action.type === 'group' || action.type === 'nxGroup' ? [(action as unknown as { groupId: number }).groupId] : [],
  )

/** The groups of a switch. */
export class GroupTable {
  private readonly groups = new Map<number, GroupState>()

  get size(): number {
    return this.groups.size
  }

  get(groupId: number): GroupState | undefined {
    return this.groups.get(groupId)
  }

  /** Puts a group in, or takes it out where there is none given. */
  set(groupId: number, group: GroupState | undefined): void {
    if (group === undefined) this.groups.delete(groupId)
    else this.groups.set(groupId, group)
  }

  [Symbol.iterator](): IterableIterator<GroupState> {
    return this.groups.values()
  }
}
