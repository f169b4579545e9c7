import { isDeepStrictEqual, styleText } from 'node:util'
import type { Applied, Change } from './send.ts'

type Colour = 'green' | 'yellow' | 'red'

/** Colours for people only. */
const coloured = (colour: Colour, text: string): string => (process.stdout.isTTY ? styleText(colour, text) : text)

const signs = { created: ['+', 'green'], updated: ['~', 'yellow'], deleted: ['-', 'red'] } as const

const assignedText = ({ assigned }: Change): string => {
  if (!assigned) return ''
  const { mac, addresses = [], vni } = assigned
  return [mac, ...addresses, vni === undefined ? undefined : `vni ${vni}`]
    .filter((part) => part !== undefined)
    .join(' ')
}

/** `port web-1 created: 02:00:00:00:00:01 10.0.0.2` */
const lineOf = (change: Change): string => {
  const given = change.action === 'deleted' ? '' : assignedText(change)
  const [, colour] = signs[change.action]
  return `${change.kind.toLowerCase()} ${change.id} ${coloured(colour, change.action)}${given === '' ? '' : `: ${given}`}`
}

/** More than these nobody reads. */
const mostLines = 100

const tail = ({ revision, dryRun, created, updated, deleted, unchanged }: Applied): string => {
  const counts = `${created} created, ${updated} updated, ${deleted} deleted, ${unchanged} unchanged`
  return dryRun ? `${counts}; nothing was done` : `${counts}; revision ${revision}`
}

/** What became of each thing, and how many there were. */
export const appliedText = (applied: Applied): string => {
  const { changes } = applied
  const more = changes.length > mostLines ? [`… and ${changes.length - mostLines} more`] : []
  return [...changes.slice(0, mostLines).map(lineOf), ...more, tail(applied)].join('\n')
}

const fieldLines = ({ before = {}, after = {} }: Change): string[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]]
    if (isDeepStrictEqual(old, now)) return []
    return [
      ...(old === undefined ? [] : [coloured('red', `  - ${name}: ${JSON.stringify(old)}`)]),
      ...(now === undefined ? [] : [coloured('green', `  + ${name}: ${JSON.stringify(now)}`)]),
    ]
  })
}

/** What differs, field by field. */
export const differencesText = (changes: readonly Change[]): string =>
  changes
    .flatMap((change) => {
      const [sign, colour] = signs[change.action]
      return [coloured(colour, `${sign} ${change.kind.toLowerCase()} ${change.id}`), ...fieldLines(change)]
    })
    .join('\n')
