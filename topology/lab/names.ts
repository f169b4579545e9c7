import type { Description } from './description.ts'

/** The node that holds the underlay's bridges, and routes between its subnets. */
export const underlayNode = 'underlay'

/** The network namespace of a host, a container, a machine outside or the underlay: no two labs share one, for names have no dots. */
export const namespaceOf = (lab: string, node: string): string => `heddle.${lab}.${node}`

export const namespacesOf = (lab: string, { hosts, outside, containers }: Description): string[] =>
  [underlayNode, ...[...hosts, ...outside, ...containers].map(({ name }) => name)].map((node) => namespaceOf(lab, node))

/** The external bridge: it holds the underlay card and the host's address, through which tunnels are routed. */
export const externalBridge = 'br-ex'

/** The integration bridge, to which containers are plugged. */
export const integrationBridge = 'br-int'

/** `heddle lab simulate FOLDER` is the process that holds the hosts of a simulated lab: by these words it is found. */
export const simulateWord = 'simulate'
