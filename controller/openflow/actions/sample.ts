import { formatPort, Port, parsePort } from '../fields/port-text.ts'
import { integer, readMembers } from '../text/scan.ts'
import { pad, struct } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { enumOf } from '../wire/names.ts'
import { u8, u16, u32 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { NICIRA, port16 } from './wire.ts'

/** Which side of the sampling port a packet is sampled for. */
export const SampleDirection = { DEFAULT: 0, INGRESS: 1, EGRESS: 2 } as const

interface Sample {
  /** Of 65535. */
  readonly probability: number
  readonly collectorSetId: number
  readonly obsDomainId: number
  readonly obsPointId: number
  readonly samplingPort?: number
  readonly direction?: number
}

const shape = { probability: u16, collectorSetId: u32, obsDomainId: u32, obsPointId: u32 } as const

const format = (value: Sample): string => {
  const { samplingPort = Port.ANY, direction } = value
  const parts = [
    `probability=${value.probability}`,
    `collector_set_id=${value.collectorSetId}`,
    `obs_domain_id=${value.obsDomainId}`,
    `obs_point_id=${value.obsPointId}`,
    ...(samplingPort === Port.ANY ? [] : [`sampling_port=${formatPort(samplingPort)}`]),
    ...(direction === SampleDirection.INGRESS ? ['ingress'] : []),
    ...(direction === SampleDirection.EGRESS ? ['egress'] : []),
  ]
  return `sample(${parts.join(',')})`
}

type Draft = { -readonly [K in keyof Sample]-?: number }

const setters: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  probability: (draft, value) => {
    draft.probability = integer(value, 0xffff)
  },
  collector_set_id: (draft, value) => {
    draft.collectorSetId = integer(value)
  },
  obs_domain_id: (draft, value) => {
    draft.obsDomainId = integer(value)
  },
  obs_point_id: (draft, value) => {
    draft.obsPointId = integer(value)
  },
  sampling_port: (draft, value) => {
    draft.samplingPort = parsePort(value)
  },
  ingress: (draft) => {
    draft.direction = SampleDirection.INGRESS
  },
  egress: (draft) => {
    draft.direction = SampleDirection.EGRESS
  },
}

/** The oldest form that says all that the text says. */
const parseSample = (text: string) => {
  const draft: Draft = {
    probability: 0,
    collectorSetId: 0,
    obsDomainId: 0,
    obsPointId: 0,
    samplingPort: Port.ANY,
    direction: SampleDirection.DEFAULT,
  }
  readMembers(text, setters, draft)
  if (draft.probability === 0) throw new TextSyntaxError(text, 'a probability of 1 to 65535 is expected')
  const { samplingPort, direction, ...basic } = draft
  if (direction !== SampleDirection.DEFAULT) return { type: 'sample3', ...draft }
  return samplingPort === Port.ANY ? { type: 'sample', ...basic } : { type: 'sample2', ...basic, samplingPort }
}

/** Sends some packets to IPFIX collectors. */
const sample = actionKind({
  name: 'sample',
  wire: { experimenter: NICIRA, subtype: 29 },
  body: struct(shape),
  format,
  keywords: { sample: ({ value }) => [parseSample(value)] },
})

/** With the tunnel of a port. */
const sample2 = actionKind({
  name: 'sample2',
  wire: { experimenter: NICIRA, subtype: 38 },
  body: struct({ ...shape, samplingPort: port16, pad: pad(6) }),
  format,
})

/** With the direction through that port. */
const sample3 = actionKind({
  name: 'sample3',
  wire: { experimenter: NICIRA, subtype: 41 },
  body: struct({ ...shape, samplingPort: port16, direction: enumOf(u8, SampleDirection), pad: pad(5) }),
  format,
})

/** Sampling for IPFIX. */
export const sampleKinds = [sample, sample2, sample3] as const
