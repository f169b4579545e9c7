import { type Codec, pad, struct } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import { enumOf, type Names, nameOf } from '../wire/names.ts'
import { ALL_ONES_64, u32, u64 } from '../wire/primitives.ts'
import { messageKind } from './kind.ts'

/** What a controller may do. The standard calls PRIMARY master and SECONDARY slave (OpenFlow 1.3.5 §7.3.9). */
export const Role = { NOCHANGE: 0, EQUAL: 1, PRIMARY: 2, SECONDARY: 3 } as const

/** A generation id that says that none is known (OpenFlow 1.3.5 §7.3.9). */
export const NO_GENERATION = ALL_ONES_64

/** One of `names` in 32 bits; another number is no role and refused as such. */
export const roleOf = (names: Names): Codec<number> => ({
  ...enumOf(u32, names),
  decode(reader) {
    const role = reader.u32()
    if (nameOf(names, role) === undefined) throw new ProtocolError('OFPRRFC_BAD_ROLE', `role ${role}`)
    return role
  },
  encode(writer, role, path) {
    if (nameOf(names, role) === undefined) throw new EncodeError(path, `${role} is no role`)
    writer.u32(role)
  },
})

/** A role in ovs-ofctl's words. */
export const roleText = (role: number): string => nameOf(Role, role)?.toLowerCase() ?? String(role)

/** ` generation_id=5`, or nothing where none is known. */
export const generationText = (generationId: bigint): string =>
  generationId === NO_GENERATION ? '' : ` generation_id=${generationId}`

const body = struct({ role: roleOf(Role), pad: pad(4), generationId: u64 })

/** Asks for a role, or with NOCHANGE which one it is (OpenFlow 1.3.5 §7.3.9). */
export const roleRequest = messageKind({
  name: 'roleRequest',
  ofp: 'OFPT_ROLE_REQUEST',
  wire: { type: 24 },
  body,
  text: ({ role, generationId }) =>
    ` role=${roleText(role)}${role === Role.NOCHANGE ? '' : generationText(generationId)}`,
})

/** The role that the controller has now (OpenFlow 1.3.5 §7.3.9). */
export const roleReply = messageKind({
  name: 'roleReply',
  ofp: 'OFPT_ROLE_REPLY',
  wire: { type: 25 },
  body,
  text: ({ role, generationId }) => ` role=${roleText(role)}${generationText(generationId)}`,
})

export const roleKinds = [roleRequest, roleReply] as const
