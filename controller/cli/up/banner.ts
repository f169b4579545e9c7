import { styleText } from 'node:util'

/** What a controller that has started says of itself. */
export interface Started {
  readonly version: string
  readonly data: string
  /** As ovs-vsctl takes them, such as `tcp:127.0.0.1:6653`. */
  readonly openflow: readonly string[]
  /** As ovs-vsctl takes them; empty where there are no networks over hosts. */
  readonly ovsdb: readonly string[]
  /** `http://127.0.0.1:8181` */
  readonly api: string
  readonly apps: readonly string[]
}

const row = (title: string, text: string, hint = ''): string =>
  `  ${styleText('bold', title.padEnd(10))}${text}${hint === '' ? '' : styleText('dim', `   ${hint}`)}`

/** What connects the first switch, or the first host. */
const connectText = (openflow: readonly string[], ovsdb: readonly string[]): string =>
  ovsdb.length === 0
    ? `ovs-vsctl set-controller br0 ${openflow[0]} -- set-fail-mode br0 secure`
    : `ovs-vsctl set open_vswitch . external_ids:system-id=HOST -- set-manager ${ovsdb[0]}`

/** One screen about a controller that has started. */
export const banner = ({ version, data, openflow, ovsdb, api, apps }: Started): string =>
  [
    styleText('bold', `heddle ${version}`),
    '',
    ...openflow.map((endpoint, index) => row(index === 0 ? 'switches' : '', endpoint)),
    ...ovsdb.map((endpoint, index) => row(index === 0 ? 'hosts' : '', endpoint)),
    row('API', api, `${api}/docs says what it can do`),
    row('data', data),
    row('apps', apps.length === 0 ? 'none' : apps.join(', '), apps.length === 0 ? 'heddle app load l2-switch' : ''),
    '',
    row('connect', connectText(openflow, ovsdb)),
    row('look', 'heddle get switches', 'also hosts, networks, ports, flows, apps; heddle doctor says what is amiss'),
    row('end', 'Ctrl-C', 'switches keep their flows'),
    '',
  ].join('\n')
