import { type Static, Type } from '@sinclair/typebox'
import { GenericAlert } from '../alerts/schemas.ts'
import { coneFilterFields } from '../domain/cone.ts'
import { Nullable, StringEnum } from '../domain/schema.ts'
import { component, nullableRef, ref } from '../http/openapi.ts'
import { pageFields, pageOf } from '../http/pagination.ts'
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
export const TargetPage = pageOf('TargetPage', Target)

/** Why a target answers a request for a new one. */
export const Match = component(
  'Match',
  Type.Object(
    {
      rule: StringEnum(['alert', 'name', 'position'], {
        description: 'What they have in common: the alert itself, a name, or a position within 2 arcsec.'
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
  readonly extras?: Readonly<Record<string, ExtraValue | null>>
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
        ...optional(numberFields),
        extras: Type.Optional(ExtrasPatch)
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

/** Query parameters of the list of targets. */
export const TargetFilter = Type.Object(
  {
    ...pageFields,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Only the target that has this name, in any spelling.' })),
    type: Type.Optional(TargetType),
    ...coneFilterFields
  },
  { additionalProperties: false }
)
export type TargetFilter = Static<typeof TargetFilter>

/** Query parameters that tell one target, and what belongs to it. */
export const TargetId = Type.Object({ targetId: Uuid })
export const TargetNameId = Type.Object({ targetId: Uuid, nameId: Uuid })
export const TargetAlertId = Type.Object({ targetId: Uuid, alertId: Uuid })

export const TargetName = component(
  'TargetName',
  Type.Object(
    {
      id: Uuid,
      name: Name,
      primary: Type.Boolean({ description: 'Whether it is the primary name; the others are aliases.' }),
      createdAt: Timestamp
    },
    { description: 'A name of a target.' }
  )
)
export type TargetName = Static<typeof TargetName>
export const TargetNamePage = pageOf('TargetNamePage', TargetName)

export const NewTargetName = component(
  'NewTargetName',
  Type.Object(
    { name: Name },
    { additionalProperties: false, description: 'A name to add to a target.', examples: [{ name: 'AT 2024abc' }] }
  )
)

export const TargetAlert = component(
  'TargetAlert',
  Type.Object(
    {
      alertId: { ...Uuid, description: 'Stored alert; the service may have dropped it since.' },
      brokerId: Type.String({ description: 'Broker that sent it.' }),
      brokerAlertId: Type.String({ description: "The broker's own identifier of the alert." }),
      objectId: Nullable(Type.String({ description: 'What the alert is about, as the broker identifies it.' })),
      generic: ref(GenericAlert),
      rawType: Type.String({ description: 'Media type of its raw text.' }),
      linkedAt: { ...Timestamp, description: 'When it was linked to the target [UTC, RFC 3339].' }
    },
    { description: 'An alert that a target came from; the target keeps a copy of its own.' }
  )
)
export type TargetAlert = Static<typeof TargetAlert>
export const TargetAlertPage = pageOf('TargetAlertPage', TargetAlert)
