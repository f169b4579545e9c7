import type { App } from './app.ts'

/** Tables that an app has. */
export interface Room {
  readonly firstTable: number
  readonly app: App
}

const endOf = ({ firstTable, app }: Room): number => firstTable + app.pipeline.length

/**
 * The first table for an app among others: where it is already, if its stages still fit there,
 * else the first gap that is wide enough.
 */
export const firstTableFor = (app: App, apps: Iterable<Room>): number => {
  const all = [...apps]
  const others = all.filter((room) => room.app.name !== app.name)
  const length = app.pipeline.length
  const isFree = (first: number): boolean =>
    others.every((room) => first + length <= room.firstTable || endOf(room) <= first)
  const before = all.find((room) => room.app.name === app.name)
  const candidates = [...(before ? [before.firstTable] : []), 0, ...others.map(endOf).sort((a, b) => a - b)]
  return candidates.find(isFree) ?? Math.max(0, ...others.map(endOf))
}
