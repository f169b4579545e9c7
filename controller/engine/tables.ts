import type { App } from './app.ts'
import type { Tables } from './missing.ts'

/** Tables that an app has. */
export interface Room {
  readonly firstTable: number
  readonly app: App
}

const endOf = ({ first, count }: Tables): number => first + count

/**
 * The first table for an app among others: where it is already, if its stages still fit there,
 * else where it last was, else the first gap that is wide enough.
 *
 * @param reserved tables of apps that are missing
 * @param last where the app had its first table when it last ran
 */
export const firstTableFor = (
  app: App,
  apps: Iterable<Room>,
  reserved: readonly Tables[] = [],
  last?: number,
): number => {
  const all = [...apps]
  // Apps of integration bridges share a pipeline there, and are on no other bridge.
  const others = all.filter((room) => room.app.name !== app.name && room.app.bridge === undefined)
  const taken = [
    ...others.map(({ firstTable, app: { pipeline } }) => ({ first: firstTable, count: pipeline.length })),
    ...reserved,
  ]
  const length = app.pipeline.length
  const isFree = (first: number): boolean => taken.every((one) => first + length <= one.first || endOf(one) <= first)
  const before = all.find((room) => room.app.name === app.name)
  const candidates = [
    ...(before ? [before.firstTable] : []),
    ...(last === undefined ? [] : [last]),
    0,
    ...taken.map(endOf).sort((a, b) => a - b),
  ]
  return candidates.find(isFree) ?? Math.max(0, ...taken.map(endOf))
}
