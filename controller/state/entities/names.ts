/** What users write, in the order in which it is to be understood: its name in documents, and that of the list of all of it. */
export const intentNames = {
  network: { document: 'Network', list: 'networks', many: 'networks' },
  subnet: { document: 'Subnet', list: 'subnets', many: 'subnets' },
  port: { document: 'Port', list: 'ports', many: 'ports' },
  router: { document: 'Router', list: 'routers', many: 'routers' },
  nat: { document: 'Nat', list: 'nat', many: 'nats' },
  group: { document: 'Group', list: 'groups', many: 'groups' },
  policy: { document: 'Policy', list: 'policies', many: 'policies' },
  qos: { document: 'Qos', list: 'qos', many: 'qos profiles' },
} as const
