/** Names of the reasons of one kind of asynchronous message, by bit. */
interface Event {
  readonly name: string
  readonly reasons: Readonly<Record<number, string>>
}

/** Asynchronous messages with their reasons, in the words and the order of ovs-ofctl. */
const events = {
  packetIn: { name: 'PACKET_IN', reasons: ['no_match', 'action', 'invalid_ttl'] },
  portStatus: { name: 'PORT_STATUS', reasons: ['add', 'delete', 'modify'] },
  flowRemoved: {
    name: 'FLOW_REMOVED',
    reasons: ['idle', 'hard', 'delete', 'group_delete', 'meter_delete', 'eviction'],
  },
  roleStatus: {
    name: 'ROLE_STATUS',
    reasons: ['primary_request', 'configuration_changed', 'experimenter_data_changed'],
  },
  tableStatus: { name: 'TABLE_STATUS', reasons: { 3: 'vacancy_down', 4: 'vacancy_up' } },
  requestForward: { name: 'REQUESTFORWARD', reasons: ['group_mod_request', 'meter_mod_request'] },
} as const satisfies Record<string, Event>

export type AsyncEvent = keyof typeof events

/** Which reasons of which messages one role is sent; what is missing is off. */
export type AsyncMasks = Readonly<Partial<Record<AsyncEvent, number>>>

const eventText = ({ name, reasons }: Event, mask: number): string => {
  const texts = Object.entries(reasons).filter(([bit]) => ((mask >>> Number(bit)) & 1) === 1)
  return `${name.padStart(16)}: ${texts.length === 0 ? '(off)' : texts.map(([, text]) => text).join(' ')}\n`
}

const roleText = (role: string, masks: AsyncMasks): string => {
  const lines = Object.entries(events).map(([event, row]) => eventText(row, masks[event as AsyncEvent] ?? 0))
  return `\n ${role}:\n${lines.join('')}`
}

/** The configuration of asynchronous messages for the two roles as ovs-ofctl prints it. */
export const asyncText = (primary: AsyncMasks, secondary: AsyncMasks): string =>
  (roleText('primary', primary) + roleText('secondary', secondary)).trimEnd()
