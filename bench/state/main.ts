import { machine, machineText } from '../support/machine.ts'
import { table } from '../support/table.ts'
import { type Measurement, measureStore } from './store.ts'

const row = ({ name, count, milliseconds }: Measurement): string[] => [
  name,
  Math.round((count / milliseconds) * 1000).toLocaleString('en'),
  `${((milliseconds / count) * 1000).toFixed(1)} µs`,
]

/** How fast the store commits to the disk and reads; the first argument is the folder to do it in. */
export const main = async ([folder]: readonly string[]): Promise<void> => {
  const measured = await measureStore(folder)
  console.log(machineText(machine()))
  console.log(table([['store', 'a second', 'each'], ...measured.map(row)]))
}
