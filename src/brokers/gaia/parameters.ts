import { type Complaint, ConeSearch, type Static, Type, UtcRange } from '../../broker-kit/index.ts'

const Name = Type.String({
  pattern: '^[A-Za-z0-9]{1,50}$',
  description: 'Name of an alert, in upper or lower case.',
  examples: ['Gaia21eeo']
})

/** What may be asked of the archive; all of it together must hold, and nothing at all asks for every alert. */
export const GaiaParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([Name, Type.Array(Name, { minItems: 1, maxItems: 1000, uniqueItems: true })], {
        description: 'Name of an alert, or a list of them, in upper or lower case.',
        examples: ['Gaia21eeo', ['Gaia21eeo', 'Gaia16aye']]
      })
    ),
    cone: Type.Optional(ConeSearch),
    className: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Class, as the table has it, in upper or lower case.',
        examples: ['SN Ia', 'CV', 'unknown']
      })
    ),
    minMagnitude: Type.Optional(Type.Number({ description: 'G magnitude of the alert, at the brightest [mag].', examples: [12] })),
    maxMagnitude: Type.Optional(Type.Number({ description: 'G magnitude of the alert, at the faintest [mag].', examples: [18.5] })),
    observed: Type.Optional({ ...UtcRange, description: 'When Gaia saw what the alert is about: after, before or both [UTC].' }),
    published: Type.Optional({ ...UtcRange, description: 'When the alert was published: after, before or both [UTC].' })
  },
  { additionalProperties: false }
)
export type GaiaParameters = Static<typeof GaiaParameters>

/** Rules across parameters. */
export function checkGaiaParameters({ minMagnitude, maxMagnitude, ...ranges }: GaiaParameters): Complaint[] {
  const complaints: Complaint[] = []
  if (minMagnitude !== undefined && maxMagnitude !== undefined && minMagnitude > maxMagnitude) {
    complaints.push({ pointer: '/minMagnitude', message: 'must not be greater than maxMagnitude' })
  }
  for (const name of ['observed', 'published'] as const) {
    const { after, before } = ranges[name] ?? {}
    if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
      complaints.push({ pointer: `/${name}/after`, message: 'must be earlier than before' })
    }
  }
  return complaints
}
