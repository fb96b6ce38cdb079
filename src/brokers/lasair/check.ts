import type { Complaint } from '../../broker-kit/index.ts'
import type { LasairParameters } from './parameters.ts'
import { longest } from './requests.ts'
import { composeQuery, saysOrder, withoutTexts } from './sql.ts'
import type { LasairSurvey } from './survey.ts'

const ofQuery = ['conditions', 'tables', 'selected', 'className', 'minDetections', 'lastDetection', 'order', 'pageSize'] as const
const forbidden = [';', '#', '/*', '*/', '||', '\\', '--']
const largestRadius = 1000
const anyTime = '2999-12-31T23:59:59.999Z'

/** Rules across the parameters of a Lasair. */
export function checkLasairParameters(survey: LasairSurvey, parameters: LasairParameters): Complaint[] {
  return [...waysOf(parameters), ...rangeComplaints(parameters), ...sqlComplaints(parameters), ...lengthComplaints(survey, parameters)]
}

/** Ids, a cone and a query are three ways to ask, which Lasair cannot combine. */
function waysOf(parameters: LasairParameters): Complaint[] {
  const { objectId, cone, details } = parameters
  const way = objectId === undefined ? (cone === undefined ? null : 'cone') : 'objectId'
  if (way === null) return details === undefined ? [] : [{ pointer: '/details', message: 'is for objectId and cone: a query gives rows' }]
  const others = [...(way === 'objectId' ? (['cone'] as const) : []), ...ofQuery].filter(name => parameters[name] !== undefined)
  return others.map(name => ({ pointer: `/${name}`, message: `cannot stand beside ${way}: Lasair answers one or the other` }))
}

function rangeComplaints({ cone, lastDetection }: LasairParameters): Complaint[] {
  const { after, before } = lastDetection ?? {}
  return [
    ...(cone && cone.radius > largestRadius
      ? [{ pointer: '/cone/radius', message: `must be at most ${largestRadius} arcsec: Lasair refuses wider cones` }]
      : []),
    ...(after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)
      ? [{ pointer: '/lastDetection/after', message: 'must be earlier than before' }]
      : [])
  ]
}

function sqlComplaints({ conditions = '', tables = '', selected = '', order }: LasairParameters): Complaint[] {
  const refused = Object.entries({ conditions, tables, selected }).flatMap(([name, text]) =>
    forbidden
      .filter(piece => text.includes(piece))
      .map(piece => ({ pointer: `/${name}`, message: `must not hold ${piece} : it has no place in such a query, and Lasair refuses it` }))
  )
  const rules: readonly [isBroken: boolean, complaint: Complaint][] = [
    [
      /\b(limit|offset)\b/i.test(withoutTexts(conditions)),
      { pointer: '/conditions', message: 'must not say LIMIT or OFFSET: the service asks page by page, up to the cap of the run' }
    ],
    [order !== undefined && saysOrder(conditions), { pointer: '/order', message: 'cannot stand beside ORDER BY in conditions' }],
    [
      /(^|,)\s*\*\s*(,|$)/.test(selected),
      { pointer: '/selected', message: 'must not be * alone, which cannot stand beside other columns: write objects.*' }
    ],
    [/^\s*distinct\b/i.test(selected), { pointer: '/selected', message: 'must not begin with DISTINCT: there are columns before it' }]
  ]
  return [...refused, ...rules.flatMap(([isBroken, complaint]) => (isBroken ? [complaint] : []))]
}

function lengthComplaints(survey: LasairSurvey, parameters: LasairParameters): Complaint[] {
  const query = composeQuery(survey, parameters, anyTime)
  return (['selected', 'tables', 'conditions'] as const)
    .filter(part => query[part].length > longest[part])
    .map(part => {
      const excess = query[part].length - longest[part]
      return { pointer: `/${part}`, message: `must be shorter by ${excess} characters: Lasair takes ${longest[part]} with what is added` }
    })
}
