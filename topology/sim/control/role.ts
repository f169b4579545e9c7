import { NxRole } from '../../../controller/openflow/experimenter/role.ts'
import { NO_GENERATION, Role } from '../../../controller/openflow/messages/role.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import type { Connection } from './connection.ts'
import type { Handlers } from './handlers.ts'

/** Gives a connection a role; a new primary makes the old one secondary. */
const setRole = (connection: Connection, role: number): void => {
  if (role === Role.PRIMARY) {
    for (const other of connection.sw.connections) if (other.role === Role.PRIMARY) other.role = Role.SECONDARY
  }
  connection.role = role
}

/** Generation ids only go forward, round the end of their numbers (OpenFlow 1.3.5 §6.3.6). */
const checkGeneration = ({ sw }: Connection, generation: bigint): void => {
  const ahead = sw.generation === undefined ? 0n : BigInt.asIntN(64, generation - sw.generation)
  if (ahead < 0n) throw new ProtocolError('OFPRRFC_STALE', `generation ${generation} after ${sw.generation}`)
  sw.generation = generation
}

export const roleHandlers = {
  roleRequest(connection, { xid, role, generationId }) {
    if (role === Role.PRIMARY || role === Role.SECONDARY) checkGeneration(connection, generationId)
    if (role !== Role.NOCHANGE) setRole(connection, role)
    const known = connection.sw.generation ?? NO_GENERATION
    connection.send({ type: 'roleReply', xid, role: connection.role, generationId: known })
  },
  nxRoleRequest(connection, { xid, role }) {
    setRole(connection, role + Role.EQUAL)
    connection.send({ type: 'nxRoleReply', xid, role: connection.role - Role.EQUAL + NxRole.OTHER })
  },
} satisfies Handlers
