import type { ConeSearch } from '../domain/cone.ts'
import { nameKey } from '../domain/name.ts'
import { boxConditions, type SkyBox } from '../domain/sky-box.ts'
import { type Bind, idsSql } from '../domain/sky-sql.ts'
import type { TargetType } from './fields.ts'

/** Which targets. */
export interface TargetSelection {
  /** In any spelling. */
  readonly name: string | undefined
  readonly type: TargetType | undefined
  /** Target list that they are on. */
  readonly list: string | undefined
  /** Broker of an alert that they came from. */
  readonly brokerId: string | undefined
  readonly hasPhotometry: boolean | undefined
  readonly createdAfter: string | undefined
  readonly createdBefore: string | undefined
  readonly modifiedAfter: string | undefined
  readonly modifiedBefore: string | undefined
  readonly cone: ConeSearch | null
  readonly box: SkyBox | null
}

/** SQL that selects id, createdAt, modifiedAt and separation [arcsec] of the targets of a selection. */
export function selectionSql(selection: TargetSelection, bind: Bind): string {
  const conditions = [...conditionsOf(selection, bind), ...(selection.box ? boxConditions(selection.box, bind) : [])]
  return idsSql({ table: '"Target"', cone: selection.cone, conditions, bind, columns: ['createdAt', 'modifiedAt'] })
}

function conditionsOf(selection: TargetSelection, bind: Bind): string[] {
  const { name, type, list, brokerId, hasPhotometry, createdAfter, createdBefore, modifiedAfter, modifiedBefore } = selection
  const when = (value: string | undefined, condition: string) => (value === undefined ? [] : [`${condition} ${bind(value)}::timestamptz`])
  return [
    ...(name === undefined ? [] : [`item.id = (SELECT "targetId" FROM "TargetName" WHERE "nameKey" = ${bind(nameKey(name))})`]),
    ...(type === undefined ? [] : [`item.type = ${bind(type)}`]),
    ...(list === undefined ? [] : [`item.id IN (SELECT "targetId" FROM "TargetListMember" WHERE "listId" = ${bind(list)}::uuid)`]),
    ...(brokerId === undefined ? [] : [`item.id IN (SELECT "targetId" FROM "TargetAlert" WHERE "brokerId" = ${bind(brokerId)})`]),
    ...(hasPhotometry === undefined
      ? []
      : [`${hasPhotometry ? '' : 'NOT '}EXISTS (SELECT FROM "PhotometryPoint" AS point WHERE point."targetId" = item.id)`]),
    ...when(createdAfter, 'item."createdAt" >='),
    ...when(createdBefore, 'item."createdAt" <'),
    ...when(modifiedAfter, 'item."modifiedAt" >='),
    ...when(modifiedBefore, 'item."modifiedAt" <')
  ]
}
