import { type Static, Type } from '@sinclair/typebox'
import { placeInputFields } from '../domain/place.ts'
import { Nullable, StringEnum } from '../domain/schema.ts'
import { component, nullableRef } from '../http/openapi.ts'
import { pageOf } from '../http/pagination.ts'
import { Timestamp, Uuid } from '../http/schemas.ts'
import {
  Extras,
  ExtrasPatch,
  type ExtraValue,
  Name,
  type NumberField,
  nullable,
  numberFields,
  optional,
  Permissions,
  Scheme,
  TargetType
} from './fields.ts'

const targetFields = {
  id: Uuid,
  number: Type.Integer({ minimum: 1, description: 'Number, given by this service, for TOMs whose targets have integer ids.' }),
  name: Name,
  aliases: Type.Array(Name, { description: 'Other names, oldest first.' }),
  type: TargetType,
  permissions: Permissions,
  scheme: Nullable(Scheme),
  ...nullable(numberFields),
  extras: Extras,
  createdBy: Type.String({ description: 'Who made it.' }),
  createdAt: Timestamp,
  modifiedAt: Timestamp
}

/** A target as the API shows it. */
export interface Target extends Readonly<Record<NumberField, number | null>> {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: TargetType
  readonly permissions: Permissions
  readonly scheme: Scheme | null
  readonly extras: Readonly<Record<string, ExtraValue>>
  readonly createdBy: string
  readonly createdAt: string
  readonly modifiedAt: string
}

const description = 'An object of the observing programme. What is not known is null.'

export const Target = component('Target', Type.Unsafe<Target>(Type.Object(targetFields, { description })))

/** A target in a list. */
export interface ListedTarget extends Target {
  readonly separation: number | null
}

export const ListedTarget = component(
  'ListedTarget',
  Type.Unsafe<ListedTarget>(
    Type.Object(
      {
        ...targetFields,
        separation: Nullable(Type.Number({ description: 'Angle from the centre of the cone [arcsec]; null when no cone was asked for.' }))
      },
      { description: 'A target in a list. What is not known is null.' }
    )
  )
)
export const TargetPage = pageOf('TargetPage', ListedTarget)

/** Why a target answers a request for a new one. */
export const Match = component(
  'Match',
  Type.Object(
    {
      rule: StringEnum(['alert', 'name', 'position'], {
        description: 'What they have in common: the alert itself, a name, or a position within the match radius.'
      }),
      separation: Nullable(Type.Number({ description: 'Angle between the two positions [arcsec]; null when one has none.' })),
      targetId: Uuid
    },
    { description: 'Why a target that exists answers a request for a new one.' }
  )
)
export type Match = Static<typeof Match>

/** A target that was asked for, and why it is one that existed already. */
export interface MatchedTarget extends Target {
  readonly match: Match | null
}

export const MatchedTarget = component(
  'MatchedTarget',
  Type.Unsafe<MatchedTarget>(
    Type.Object(
      { ...targetFields, match: nullableRef(Match, { description: 'Why this target answers; null when it is new.' }) },
      { description: 'The target that was made, or the one that was there already.' }
    )
  )
)

/** Changes to a target. */
export interface TargetPatch extends Readonly<Partial<Record<NumberField, number | null>>> {
  readonly name?: string
  readonly type?: TargetType
  readonly permissions?: Permissions
  readonly scheme?: Scheme | null
  readonly extras?: Readonly<Record<string, ExtraValue | null>> | null
}

export const TargetPatch = component(
  'TargetPatch',
  Type.Unsafe<TargetPatch>(
    Type.Object(
      {
        name: Type.Optional({ ...Name, description: 'New primary name; the old one becomes an alias.' }),
        type: Type.Optional(TargetType),
        permissions: Type.Optional(Permissions),
        scheme: Type.Optional(Nullable(Scheme)),
        ...optional({ ...numberFields, ...placeInputFields }),
        extras: Type.Optional(Nullable(ExtrasPatch))
      },
      {
        additionalProperties: false,
        description:
          'Changes to a target, as a JSON Merge Patch (RFC 7396): null removes, what is left out stays. Names have operations of their own.',
        examples: [{ parallax: 3.2, extras: { host: 'NGC 1234' } }]
      }
    )
  )
)

/** Parameter of an address that tells one target. */
export const TargetId = Type.Object({ targetId: Uuid })
