import { type Static, Type } from '@sinclair/typebox'
import { GenericAlert } from '../../domain/alert.ts'
import { PhotometryPoint } from '../../domain/photometry.ts'
import { compileCheck, StringEnum } from '../../domain/schema.ts'

const Texts = Type.Record(Type.String(), Type.String())
const Members = Type.Record(Type.String(), Type.Unknown())

/** One request as the module makes it, and what the broker answered. */
export const Exchange = Type.Object(
  {
    method: Type.Optional(StringEnum(['GET', 'POST'], { description: 'Default: GET.' })),
    path: Type.String({ description: 'Path and query, relative to the base URL; the order of the query does not matter.' }),
    requestHeaders: Type.Optional(Texts),
    requestBody: Type.Optional(Type.Unknown({ description: 'JSON, or the text of a form.' })),
    status: Type.Optional(Type.Integer({ description: 'Default: 200.' })),
    headers: Type.Optional(Texts),
    body: Type.Optional(Type.Unknown({ description: 'The answer, when it is JSON that JSON.parse keeps as it is.' })),
    text: Type.Optional(Type.String({ description: 'The answer to the byte: long numbers, NaN, anything that is no JSON.' }))
  },
  { additionalProperties: false }
)
export type Exchange = Static<typeof Exchange>

/** A recorded conversation with a broker: what was asked, what it answered, and what must come out. */
export const Scenario = Type.Object(
  {
    about: Type.Optional(Type.String({ description: 'What the scenario shows.' })),
    parameters: Members,
    settings: Type.Optional(Members),
    resumeFrom: Type.Optional(Type.String()),
    newerThan: Type.Optional(Type.String()),
    exchanges: Type.Array(Exchange, { minItems: 1 }),
    alerts: Type.Array(Type.Union([Type.String(), GenericAlert]), {
      description: 'Expected alerts in their order; the id alone where the rest adds nothing.'
    }),
    rejections: Type.Optional(Type.Integer({ description: 'How many raw alerts cannot be read; default 0.' })),
    feedback: Type.Optional(Type.Array(Type.String())),
    checkpoints: Type.Optional(Type.Array(Type.String())),
    probe: Type.Optional(Type.Boolean({ description: 'Whether the exchanges answer the probe, too; default false.' })),
    fetchAlert: Type.Optional(Type.Array(Type.Object({ id: Type.String(), alert: GenericAlert }, { additionalProperties: false }))),
    photometry: Type.Optional(
      Type.Array(
        Type.Object(
          { objectId: Type.String(), points: Type.Array(PhotometryPoint), feedback: Type.Optional(Type.Array(Type.String())) },
          { additionalProperties: false }
        )
      )
    )
  },
  { additionalProperties: false }
)
export type Scenario = Static<typeof Scenario>

const checkScenario = compileCheck(Scenario)

/** Reads the text of a scenario file; throws a sentence about the first thing that is wrong with it. */
export function parseScenario(text: string, file: string): Scenario {
  const value: unknown = JSON.parse(text)
  if (checkScenario(value)) return value
  const [first] = checkScenario.complaints(value)
  throw new TypeError(`${file}: ${first?.pointer || 'the scenario'} ${first?.message}`)
}
