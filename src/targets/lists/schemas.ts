import { type Static, Type } from '@sinclair/typebox'
import { ListName } from '../../domain/name.ts'
import { component } from '../../http/openapi.ts'
import { pageFields, pageOf } from '../../http/pagination.ts'
import { Timestamp, Uuid } from '../../http/schemas.ts'

const description = Type.String({ maxLength: 2000, description: 'What it is for.', examples: ['To be observed at La Silla'] })

export const TargetList = component(
  'TargetList',
  Type.Object(
    {
      id: Uuid,
      name: ListName,
      description,
      size: Type.Integer({ minimum: 0, description: 'Targets that it has [count].' }),
      createdBy: Type.String({ description: 'Who made it.' }),
      createdAt: Timestamp,
      modifiedAt: { ...Timestamp, description: 'When its name or description changed last [UTC, RFC 3339].' }
    },
    { description: 'Targets that belong together for some purpose: a night, a student, a programme.' }
  )
)
export type TargetList = Static<typeof TargetList>
export const TargetListPage = pageOf('TargetListPage', TargetList)

export const NewTargetList = component(
  'NewTargetList',
  Type.Object(
    { name: ListName, description: Type.Optional(description) },
    { additionalProperties: false, description: 'A target list to make.', examples: [{ name: 'Tonight' }] }
  )
)

export const TargetListPatch = component(
  'TargetListPatch',
  Type.Object(
    { name: Type.Optional(ListName), description: Type.Optional(description) },
    {
      additionalProperties: false,
      description: 'Changes to a target list, as a JSON Merge Patch (RFC 7396).',
      examples: [{ name: 'Tomorrow' }]
    }
  )
)

const targetIds = (description: string) => Type.Optional(Type.Array(Uuid, { maxItems: 10_000, description }))

export const MembershipChange = component(
  'MembershipChange',
  Type.Object(
    { add: targetIds('Targets that the list is to have.'), remove: targetIds('Targets that it is not to have.') },
    {
      additionalProperties: false,
      minProperties: 1,
      description: 'Which targets a list gets and loses; a target in both is lost.',
      examples: [{ add: ['019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'] }]
    }
  )
)
export type MembershipChange = Static<typeof MembershipChange>

export const MembershipResult = component(
  'MembershipResult',
  Type.Object(
    {
      added: Type.Integer({ description: 'Targets that were not on the list, and are now [count].' }),
      removed: Type.Integer({ description: 'Targets that were on the list, and are not now [count].' }),
      unknown: Type.Array(Uuid, { description: 'Ids to add that are those of no target.' })
    },
    { description: 'What has changed.' }
  )
)
export type MembershipResult = Static<typeof MembershipResult>

/** Query parameters of the list of target lists. */
export const TargetListFilter = Type.Object(
  {
    ...pageFields,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Only lists whose name contains this, in any case.' })),
    targetId: Type.Optional({ ...Uuid, description: 'Only lists that have this target.' })
  },
  { additionalProperties: false }
)
export type TargetListFilter = Static<typeof TargetListFilter>

/** Parameter of an address that tells one target list. */
export const TargetListId = Type.Object({ listId: Uuid })
