import { styleText } from 'node:util'
import { type Pair, surprises } from './ping.ts'

type Colour = 'green' | 'red' | 'dim'

/** Text of a cell before it is coloured, for the width of columns goes by it. */
type Cell = readonly [text: string, colour: Colour]

const slowest = (pairs: readonly Pair[]): string => Math.max(...pairs.map(({ ms }) => ms ?? 0)).toFixed(2)

/** All addresses of one container, asked from another: the worst counts. */
const cellOf = (pairs: readonly Pair[]): Cell => {
  if (pairs.length === 0) return ['-', 'dim']
  if (pairs.some(({ expected, reached }) => reached && !expected)) return ['LEAK', 'red']
  const lost = pairs.filter(({ expected, reached }) => expected && !reached)
  if (lost.length > 0) return [lost.length === pairs.length ? 'lost' : `${lost.length} lost`, 'red']
  return pairs.some(({ reached }) => reached) ? [slowest(pairs), 'green'] : ['.', 'dim']
}

const unique = (names: readonly string[]): string[] => [...new Set(names)]

/** Round trips in ms, a row for each container that asks; `lost` and `LEAK` are what should not be. */
export const matrixText = (pairs: readonly Pair[], colour = process.stdout.isTTY === true): string => {
  const names = unique(pairs.flatMap(({ from, to }) => [from, to]))
  const rows = names.map((from) =>
    names.map((to) => cellOf(pairs.filter((pair) => pair.from === from && pair.to === to))),
  )
  const width = Math.max(...names.map(({ length }) => length), ...rows.flat().map(([text]) => text.length))
  const paint = ([text, name]: Cell): string => {
    const padded = text.padStart(width)
    return colour ? styleText(name, padded, { validateStream: false }) : padded
  }
  const head = ['', ...names].map((name) => name.padStart(width)).join(' ')
  return [head, ...rows.map((cells, index) => [names[index]?.padStart(width), ...cells.map(paint)].join(' '))].join(
    '\n',
  )
}

/** One line for each pair that is not as it should be, and the sum. */
export const verdictText = (pairs: readonly Pair[]): string => {
  const wrong = surprises(pairs)
  const expected = pairs.filter((pair) => pair.expected).length
  const lines = wrong.map(({ from, to, address, reached }) =>
    reached ? `${from} reaches ${to} (${address}), and should not` : `${from} does not reach ${to} (${address})`,
  )
  const sum =
    wrong.length === 0
      ? `all ${expected} that should reach each other do, and none of the ${pairs.length - expected} others`
      : `${wrong.length} of ${pairs.length} are not as they should be`
  return [...lines, sum].join('\n')
}
