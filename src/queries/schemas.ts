import { type Static, Type } from '@sinclair/typebox'
import { Nullable } from '../domain/schema.ts'
import { component } from '../http/openapi.ts'
import { pageFields, pageOf } from '../http/pagination.ts'
import { ObjectIn, ObjectOut, Timestamp, Uuid } from '../http/schemas.ts'

const name = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'Name, for people.', examples: ['Sand'] })
const brokerId = Type.String({ maxLength: 100, description: 'Which broker is asked.', examples: ['my-broker'] })
const parameters = {
  description: "What is asked; the broker's `parameters` says what it takes.",
  examples: [{ targetName: 'Tatooine' }]
}

export const QueryDraft = component(
  'QueryDraft',
  Type.Object(
    { name, brokerId, parameters: ObjectIn(parameters) },
    {
      description: 'A query to save.',
      additionalProperties: false,
      examples: [{ name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }]
    }
  )
)
export type QueryDraft = Static<typeof QueryDraft>

export const QueryPatch = component(
  'QueryPatch',
  Type.Object(
    { name: Type.Optional(name), brokerId: Type.Optional(brokerId), parameters: Type.Optional(ObjectIn(parameters)) },
    {
      description: 'Changes to a query, as a JSON Merge Patch (RFC 7396): in `parameters`, null removes one, what is left out stays.',
      additionalProperties: false,
      examples: [{ name: 'More sand' }, { parameters: { targetName: 'Hoth' } }]
    }
  )
)
export type QueryPatch = Static<typeof QueryPatch>

export const Query = component(
  'Query',
  Type.Object(
    {
      id: Uuid,
      name,
      brokerId,
      brokerInstalled: Type.Boolean({ description: 'Whether this service has the broker; without it, the query cannot run.' }),
      parameters: ObjectOut(parameters),
      createdBy: Type.String({ description: 'Who saved it.' }),
      createdAt: Timestamp,
      modifiedAt: Timestamp,
      lastRunAt: Nullable({ ...Timestamp, description: 'When its newest run was asked for [UTC, RFC 3339]; null when it never ran.' })
    },
    { description: 'Saved parameters for one broker.' }
  )
)
export type Query = Static<typeof Query>

export const QueryPage = pageOf('QueryPage', Query)

export const QueryFilter = Type.Object(
  {
    ...pageFields,
    brokerId: Type.Optional(Type.String({ maxLength: 100, description: 'Only queries for this broker.' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Only queries whose name contains this, in any case.' }))
  },
  { additionalProperties: false }
)

export const QueryId = Type.Object({ queryId: Uuid })
