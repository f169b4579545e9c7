import { BundleControlType } from '../openflow/index.ts'
import type { Connection } from './connection.ts'
import { RequestRefused } from './errors.ts'
import type { Capabilities } from './info.ts'

/** Bundle that the probe opens and discards. */
const probeBundle = 0xffff_fffe
const probeDeadline = 5_000

/** The answer, or undefined where the switch refuses the question because it does not know it. */
const asked = async <T>(question: Promise<T>): Promise<T | undefined> => {
  try {
    return await question
  } catch (error) {
    if (error instanceof RequestRefused) return undefined
    throw error
  }
}

const probeBundles = async (connection: Connection): Promise<boolean> => {
  const control = (type: number) =>
    connection.request(
      { type: 'bundleControl', bundleId: probeBundle, control: type, flags: 0 },
      'bundleControl',
      probeDeadline,
    )
  if (!(await asked(control(BundleControlType.OPEN_REQUEST)))) return false
  await asked(control(BundleControlType.DISCARD_REQUEST))
  return true
}

const probeNicira = async (connection: Connection): Promise<boolean> =>
  (await asked(connection.request({ type: 'tlvTableRequest' }, 'tlvTableReply', probeDeadline))) !== undefined

const probeMeters = async (connection: Connection): Promise<number> => {
  const reply = await asked(
    connection.request({ type: 'meterFeaturesRequest', flags: 0 }, 'meterFeaturesReply', probeDeadline),
  )
  return reply?.maxMeter ?? 0
}

const probeGroups = async (connection: Connection): Promise<number> => {
  const reply = await asked(
    connection.request({ type: 'groupFeaturesRequest', flags: 0 }, 'groupFeaturesReply', probeDeadline),
  )
  return reply ? Math.max(...reply.maxGroups) : 0
}

/**
 * Finds out what a switch can do beyond plain OpenFlow 1.3, by asking. Questions go out together.
 *
 * @throws RequestTimeout, ConnectionClosed
 */
export const probeCapabilities = async (connection: Connection): Promise<Capabilities> => {
  const [bundles, nicira, meters, groups] = await Promise.all([
    probeBundles(connection),
    probeNicira(connection),
    probeMeters(connection),
    probeGroups(connection),
  ])
  return { bundles, nicira, meters, groups }
}
