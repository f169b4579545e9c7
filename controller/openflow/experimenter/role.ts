import { messageKind } from '../messages/kind.ts'
import { generationText, Role, roleOf, roleText } from '../messages/role.ts'
import { pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { enumOf, nameOf } from '../wire/names.ts'
import { u8, u64 } from '../wire/primitives.ts'
import { withTrailing } from '../wire/property.ts'

/** Nicira's roles; OTHER is what the standard calls equal (nicira-ext.h, nx_role_request). */
export const NxRole = { OTHER: 0, PRIMARY: 1, SECONDARY: 2 } as const

const nxRole = struct({ role: roleOf(NxRole) })

const nxRoleText = ({ role }: { readonly role: number }): string => ` role=${roleText(role + Role.EQUAL)}`

/** Asks for a role. */
const nxRoleRequest = messageKind({
  name: 'nxRoleRequest',
  ofp: 'NXT_ROLE_REQUEST',
  wire: { experimenter: Experimenter.NICIRA, expType: 10 },
  body: nxRole,
  text: nxRoleText,
})

const nxRoleReply = messageKind({
  name: 'nxRoleReply',
  ofp: 'NXT_ROLE_REPLY',
  wire: { experimenter: Experimenter.NICIRA, expType: 11 },
  body: nxRole,
  text: nxRoleText,
})

/** Why a role changed (OpenFlow 1.4 §7.4.4). */
export const RoleReason = { PRIMARY_REQUEST: 0, CONFIG: 1, EXPERIMENTER: 2 } as const

const reasonTexts: Readonly<Record<string, string>> = {
  PRIMARY_REQUEST: 'primary_request',
  CONFIG: 'configuration_changed',
  EXPERIMENTER: 'experimenter_data_changed',
}

/** The controller's role has changed without its doing (ONF extension 191; OpenFlow 1.4 §7.4.4). */
const roleStatus = messageKind({
  name: 'roleStatus',
  ofp: 'ONFT_ROLE_STATUS',
  wire: { experimenter: Experimenter.ONF, expType: 1911 },
  body: withTrailing(struct({ role: roleOf(Role), reason: enumOf(u8, RoleReason), pad: pad(3), generationId: u64 })),
  text: ({ role, reason, generationId }) =>
    ` role=${roleText(role)}${generationText(generationId)} reason=${reasonTexts[nameOf(RoleReason, reason) ?? ''] ?? reason}`,
})

export const roleKinds = [nxRoleRequest, nxRoleReply, roleStatus] as const
