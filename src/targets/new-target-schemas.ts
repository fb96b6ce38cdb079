import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { placeInputFields } from '../domain/place.ts'
import { StringEnum } from '../domain/schema.ts'
import { component, ref } from '../http/openapi.ts'
import { Uuid } from '../http/schemas.ts'
import {
  Extras,
  type ExtraValue,
  movingFields,
  Name,
  type NumberField,
  optional,
  orbitFields,
  Permissions,
  type Scheme,
  schemeFields,
  siderealFields,
  type TargetType
} from './fields.ts'

export const onMatchWords = ['link', 'reject', 'create'] as const
export type OnMatch = (typeof onMatchWords)[number]

/** On what terms a target is wanted. */
export const termFields = {
  onMatch: Type.Optional(
    StringEnum(onMatchWords, {
      default: 'link',
      description:
        'What to do when a target of the same name, in any spelling, or within `matchRadius` exists: `link` answers it and gives it the new names; `reject` refuses; `create` makes one in spite of the position, but never one of an equal name.'
    })
  ),
  matchRadius: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 60,
      description:
        'Positions closer than this are the same [arcsec]. Left out: what the service is set to, 2 unless its operator said otherwise.'
    })
  ),
  listId: Type.Optional({ ...Uuid, description: 'Target list to put the target into, whether it is new or not.' })
}

/** On what terms a target is wanted. */
export interface TargetTerms {
  readonly onMatch?: OnMatch
  readonly matchRadius?: number
  readonly listId?: string
}

/** A target as a client describes it; what is left out or null is unknown. */
export interface TargetDescription extends Readonly<Partial<Record<NumberField, number | null>>> {
  readonly name: string
  readonly type: TargetType
  readonly permissions?: Permissions
  readonly scheme?: Scheme
  readonly aliases?: readonly string[]
  readonly extras?: Readonly<Record<string, ExtraValue>>
}

/** A new target as a client describes it. */
export interface NewTarget extends TargetDescription, TargetTerms {}

const commonFields = {
  name: Name,
  permissions: Type.Optional({ ...Permissions, default: 'PRIVATE' }),
  aliases: Type.Optional(Type.Array(Name, { maxItems: 100, description: 'Other names.' })),
  extras: Type.Optional(Extras),
  ...termFields
}

function NewTargetSchema(id: string, { fields, ...options }: { fields: TProperties; description: string; examples: unknown[] }) {
  return component(id, Type.Unsafe<NewTarget>(Type.Object({ ...commonFields, ...fields }, { additionalProperties: false, ...options })))
}

/** Body that describes a target that stays where it is. */
export const NewSiderealTarget = NewTargetSchema('NewSiderealTarget', {
  description: 'A target that stays where it is, but for its proper motion.',
  fields: { type: StringEnum(['SIDEREAL']), ...placeInputFields, ...optional(siderealFields) },
  examples: [{ name: 'Tatooine', type: 'SIDEREAL', ra: 32, dec: -20 }]
})

function NewMovingTarget(scheme: Scheme, { id, description, example }: { id: string; description: string; example: object }) {
  return NewTargetSchema(id, {
    description,
    fields: {
      ...optional(movingFields),
      type: StringEnum(['NON_SIDEREAL']),
      scheme: StringEnum([scheme], { description: 'Which elements describe the orbit.' }),
      ...orbitFields,
      ...schemeFields[scheme]
    },
    examples: [{ type: 'NON_SIDEREAL', scheme, ...example }]
  })
}

const orbit = { epochOfElements: 60_600, inclination: 10.6, lngAscNode: 80.3, argOfPerihelion: 73.6 }

/** Bodies that describe a target that moves, by scheme. */
export const newMovingTargets = {
  MPC_MINOR_PLANET: NewMovingTarget('MPC_MINOR_PLANET', {
    id: 'NewMinorPlanet',
    description: 'A minor planet, by elements of the Minor Planet Center.',
    example: { name: '(1) Ceres', ...orbit, eccentricity: 0.079, meanAnomaly: 145.8, semimajorAxis: 2.77 }
  }),
  MPC_COMET: NewMovingTarget('MPC_COMET', {
    id: 'NewComet',
    description: 'A comet, by elements of the Minor Planet Center.',
    example: { name: '1P/Halley', ...orbit, eccentricity: 0.967, perihdist: 0.587, epochOfPerihelion: 46_470.5 }
  }),
  JPL_MAJOR_PLANET: NewMovingTarget('JPL_MAJOR_PLANET', {
    id: 'NewMajorPlanet',
    description: 'A major planet, by elements of the Jet Propulsion Laboratory.',
    example: { name: 'Mars', ...orbit, eccentricity: 0.093, meanDailyMotion: 0.524, meanAnomaly: 19.4, semimajorAxis: 1.52 }
  })
}

/** Body that makes a target of a stored alert. */
export const TargetFromAlert = component(
  'TargetFromAlert',
  Type.Object(
    { alertId: { ...Uuid, description: 'Stored alert that the target is made of: `id` of /v1/alerts.' }, ...termFields },
    { additionalProperties: false, description: 'A target made of a stored alert.' }
  )
)
export type TargetFromAlert = Static<typeof TargetFromAlert>

/** Body of the request that makes a target; which of its forms applies is decided by what it holds. */
export const TargetCreation = component(
  'TargetCreation',
  Type.Unsafe<TargetFromAlert | NewTarget>({
    oneOf: [TargetFromAlert, NewSiderealTarget, ...Object.values(newMovingTargets)].map(form => ref(form)),
    description: 'With `alertId`: a target made of a stored alert. Without: one that is as the other fields say.'
  })
)
