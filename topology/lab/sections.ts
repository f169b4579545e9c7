/** The sections of a file that go to the controller, and what they hold, as `heddle apply` takes it. */
export const sections = {
  networks: 'Network',
  subnets: 'Subnet',
  ports: 'Port',
  routers: 'Router',
  nat: 'Nat',
  groups: 'Group',
  policies: 'Policy',
  qos: 'Qos',
} as const
export type Section = keyof typeof sections
export const sectionNames = Object.keys(sections) as readonly Section[]

/** Where in a file the things of a kind stand. */
export const sectionOf = (kind: (typeof sections)[Section]): Section =>
  sectionNames.find((name) => sections[name] === kind) ?? 'networks'
