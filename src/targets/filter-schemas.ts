import { type Static, Type } from '@sinclair/typebox'
import { coneFilterFields } from '../domain/cone.ts'
import { StringEnum } from '../domain/schema.ts'
import { boxFilterFields } from '../domain/sky-box.ts'
import { timeFilter } from '../domain/time.ts'
import { defaulted } from '../http/openapi.ts'
import { pageFields } from '../http/pagination.ts'
import { Uuid } from '../http/schemas.ts'
import { TargetType } from './fields.ts'

/** Query parameters that say which targets. */
export const targetFilterFields = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Only the target that has this name, in any spelling.' })),
  type: Type.Optional(TargetType),
  list: Type.Optional({ ...Uuid, description: 'Only targets of this target list.' }),
  brokerId: Type.Optional(Type.String({ maxLength: 100, description: 'Only targets that came from an alert of this broker.' })),
  hasPhotometry: Type.Optional(Type.Boolean({ description: 'Only targets that have a light curve, or only those that have none.' })),
  createdAfter: timeFilter('Only targets made at this time or later'),
  createdBefore: timeFilter('Only targets made before this time'),
  modifiedAfter: timeFilter('Only targets changed at this time or later'),
  modifiedBefore: timeFilter('Only targets changed before this time'),
  ...coneFilterFields,
  ...boxFilterFields
}

const sorts = ['-created', 'created', '-modified', 'modified', 'name', '-name', 'separation'] as const
export type TargetSort = (typeof sorts)[number]

/** Query parameters of the list of targets. */
export const TargetFilter = Type.Object(
  {
    ...pageFields,
    ...targetFilterFields,
    sort: defaulted(
      StringEnum(sorts, {
        default: '-created',
        description:
          'Order: by the time when they were made or changed, by name, or by separation from the centre of the cone; `-` puts the newest, or the last name, first.'
      })
    )
  },
  { additionalProperties: false }
)
export type TargetFilter = Static<typeof TargetFilter>

/** Query parameters of what reads all targets of a kind. */
export const TargetChoice = Type.Object(targetFilterFields, { additionalProperties: false })
export type TargetChoice = Static<typeof TargetChoice>
