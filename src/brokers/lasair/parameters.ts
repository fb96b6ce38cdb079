import { ConeSearch, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

/** What differs between the parameters of the two surveys. */
interface ParameterWords {
  readonly survey: string
  readonly idPattern: RegExp
  readonly exampleId: string
  readonly exampleColumns: string
  readonly exampleConditions: string
  readonly exampleOrder: string
}

/** What is the same for both surveys. */
const common = {
  cone: Type.Optional({ ...ConeSearch, description: 'A circle on the sky, of up to 1000 arcsec; nearest objects first.' }),
  details: Type.Optional(
    StringEnum(['object', 'row'], {
      description:
        'What is asked for each object of `cone` or `objectId`: `object`, all that Lasair knows of it, light curve included, at one request each; or `row`, its row of the table of objects, at one request for 100 objects. Left out: `object`.',
      examples: ['row']
    })
  ),
  tables: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Query: tables to join, separated by commas: objects, sherlock_classifications, crossmatch_tns, watchlist:NUMBER, area:NUMBER, annotator:TOPIC. Left out: objects.',
      examples: ['objects, sherlock_classifications, crossmatch_tns']
    })
  ),
  className: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z]{1,20}$',
      description: "Query: class that Sherlock gives the object by its surroundings on the sky, by Lasair's name for it.",
      examples: ['SN', 'NT']
    })
  ),
  minDetections: Type.Optional(Type.Integer({ minimum: 0, description: 'Query: fewest detections of the object [count].', examples: [3] })),
  lastDetection: Type.Optional({ ...UtcRange, description: 'Query: when the object was last detected: after, before or both [UTC].' }),
  pageSize: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'Query: rows that are asked for at once [row]. Left out: 10,000, the most that a plain account is given.',
      examples: [1000]
    })
  )
}

/**
 * What may be asked of a Lasair: some objects by their ids, those in a cone, or those that a query selects. Nothing at
 * all is a query for every object.
 */
export function lasairParameters({ survey, idPattern, exampleId, exampleColumns, exampleConditions, exampleOrder }: ParameterWords) {
  const { cone, details, tables, ...narrowing } = common
  const ObjectId = Type.String({ pattern: idPattern.source, description: `${survey} object id.`, examples: [exampleId] })
  const objectId = Type.Union([ObjectId, Type.Array(ObjectId, { minItems: 1, maxItems: 100, uniqueItems: true })], {
    description: `${survey} object id, or a list of up to 100.`,
    examples: [exampleId]
  })
  const conditions = Type.String({
    description: "Query: what comes behind WHERE in Lasair's SQL, and ORDER BY if wanted. LIMIT and OFFSET do not belong here.",
    examples: [exampleConditions]
  })
  const selected = Type.String({
    minLength: 1,
    description:
      'Query: further columns, separated by commas. What makes an alert is always selected: id, position, times, brightness, detections.',
    examples: [exampleColumns]
  })
  const order = {
    by: Type.String({ pattern: '^[A-Za-z0-9_.]{1,100}$', description: 'Column to order by.', examples: [exampleOrder] }),
    direction: StringEnum(['ascending', 'descending'], { description: 'Which end comes first.', examples: ['descending'] })
  }
  return Type.Object(
    {
      objectId: Type.Optional(objectId),
      cone,
      details,
      conditions: Type.Optional(conditions),
      tables,
      selected: Type.Optional(selected),
      ...narrowing,
      order: Type.Optional(Type.Object(order, orderOptions(exampleOrder)))
    },
    { additionalProperties: false }
  )
}

function orderOptions(by: string) {
  return {
    additionalProperties: false,
    description: 'Query: order of the alerts, for runs that end at a cap. Left out: by object id.',
    examples: [{ by, direction: 'descending' }]
  }
}

export type LasairParameters = Static<ReturnType<typeof lasairParameters>>
