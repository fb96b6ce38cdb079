import { type Static, Type } from '@sinclair/typebox'
import { ListName } from '../../domain/name.ts'
import { component, ref } from '../../http/openapi.ts'
import { Timestamp } from '../../http/schemas.ts'
import { previewFields } from '../batch-schemas.ts'
import { Extras, Name, numberFields, optional, Permissions, Scheme, TargetType } from '../fields.ts'
import { termFields } from '../new-target-schemas.ts'
import { Match } from '../schemas.ts'

/** Query parameters of an import. */
export const ImportQuery = Type.Object({ ...termFields, ...previewFields }, { additionalProperties: false })
export type ImportQuery = Static<typeof ImportQuery>

const ImportLink = component(
  'ImportLink',
  Type.Object(
    { line: Type.Integer({ minimum: 1, description: 'Line of the file.' }), match: ref(Match) },
    { description: 'A line whose target was there already.' }
  )
)
export type ImportLink = Static<typeof ImportLink>

export const ImportResult = component(
  'ImportResult',
  Type.Object(
    {
      lines: Type.Integer({ minimum: 0, description: 'Targets of the file [count].' }),
      created: Type.Integer({ minimum: 0, description: 'New targets [count].' }),
      linked: Type.Integer({ minimum: 0, description: 'Targets that were there already, or twice in the file [count].' }),
      links: Type.Array(ref(ImportLink), { description: 'The first 100 of those that were there already.' })
    },
    { description: 'What an import has done.' }
  )
)
export type ImportResult = Static<typeof ImportResult>

export const TargetRecord = component(
  'TargetRecord',
  Type.Object(
    {
      name: Name,
      type: TargetType,
      aliases: Type.Optional(Type.Array(Name, { description: 'Other names.' })),
      permissions: Type.Optional(Permissions),
      scheme: Type.Optional(Scheme),
      ...optional(numberFields),
      extras: Type.Optional(Extras),
      lists: Type.Optional(Type.Array(ListName, { description: 'Names of the target lists that it is on.' })),
      createdAt: Type.Optional(Timestamp),
      modifiedAt: Type.Optional(Timestamp)
    },
    {
      additionalProperties: false,
      description: 'A target as services exchange it: without ids, which are those of one service only. What is left out is not known.'
    }
  )
)
