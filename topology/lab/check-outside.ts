import type { Problem } from '../../controller/yaml/index.ts'
import { parseAddress, parseCidr } from './address.ts'
import { mistakes, oneOf } from './mistakes.ts'
import type { LabFile } from './schema.ts'

/** Bridges that a host has anyway, without `br-`. */
const reserved = ['ex', 'int']

const externals = ({ externals: all = {}, hosts }: LabFile): Problem[] =>
  Object.entries(all).flatMap(([name, { hosts: names = [] }]) => [
    ...(reserved.includes(name)
      ? [
          {
            path: `externals/${name}`,
            message: `every host has a bridge br-${name} for something else: choose another`,
          },
        ]
      : []),
    ...names.flatMap((host, index) =>
      host in hosts ? [] : [{ path: `externals/${name}/hosts/${index}`, message: oneOf(Object.keys(hosts)) }],
    ),
  ])

type Machine = NonNullable<LabFile['outside']>[string]

const place = (names: readonly string[], path: string, { external }: Machine): Problem[] => {
  if (external === undefined) {
    return names.length === 1 ? [] : [{ path, message: `external is missing: it ${oneOf(names)}` }]
  }
  return names.includes(external) ? [] : [{ path: `${path}/external`, message: oneOf(names) }]
}

const addresses = (path: string, { addresses: all, behind = [] }: Machine): Problem[] => [
  ...all.flatMap((text, index) =>
    mistakes(`${path}/addresses/${index}`, () => {
      parseCidr(text)
      return undefined
    }),
  ),
  ...behind.flatMap((text, index) =>
    mistakes(`${path}/behind/${index}`, () => {
      parseAddress(text)
      return undefined
    }),
  ),
]

/** What is wrong with physical networks and the machines there. */
export const checkOutside = (file: LabFile): Problem[] => {
  const names = Object.keys(file.externals ?? {})
  const machines = Object.entries(file.outside ?? {}).flatMap(([name, machine]) => {
    const path = `outside/${name}`
    return [...place(names, path, machine), ...addresses(path, machine)]
  })
  return [...externals(file), ...machines]
}
