import { type Complaint, ConeSearch, type Static, Type, UtcRange, UtcTime } from '../../broker-kit/index.ts'

const ObjectName = Type.String({
  pattern: '^([A-Za-z]{2,4}[ _-]?)?[0-9]{4}[A-Za-z0-9]{1,10}$',
  description: 'Name at TNS, with or without its prefix.',
  examples: ['2020ubb']
})
const Magnitude = Type.Number({ minimum: -30, maximum: 40, description: 'Magnitude at discovery [mag].' })

/** What may be asked of the Transient Name Server: some objects by name, or what fits all the rest. */
export const TnsParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([ObjectName, Type.Array(ObjectName, { minItems: 1, maxItems: 50, uniqueItems: true })], {
        description: 'Name at TNS, with or without its prefix, or a list of up to 50.',
        examples: ['2020ubb', 'SN 2011fe', ['AT2018cow', '2020ubb']]
      })
    ),
    internalName: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 100,
        description: 'Name that a survey gives the object, or a part of it.',
        examples: ['ZTF20acddzrd', 'LSST-P-DO-170587116732416143']
      })
    ),
    cone: Type.Optional(ConeSearch),
    discovery: Type.Optional({
      ...UtcRange,
      description: 'When the object was discovered: after, before or both; TNS compares whole days [UTC].'
    }),
    publicSince: Type.Optional({
      ...UtcTime,
      description: 'Only what has been made public since [UTC, RFC 3339].',
      examples: ['2026-11-01T00:00:00Z']
    }),
    minMagnitude: Type.Optional({ ...Magnitude, description: 'Magnitude at discovery, at the brightest [mag].', examples: [15] }),
    maxMagnitude: Type.Optional({ ...Magnitude, description: 'Magnitude at discovery, at the faintest [mag].', examples: [19.5] }),
    isClassified: Type.Optional(
      Type.Boolean({ description: 'Only supernovae that are classified, or (false) only transients that are not.', examples: [true] })
    ),
    typeIds: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 10_000, description: "TNS's number for a type [id]." }), {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
        description: "Types, by TNS's numbers for them: 3 is SN Ia [id].",
        examples: [[3]]
      })
    )
  },
  { additionalProperties: false }
)
export type TnsParameters = Static<typeof TnsParameters>

/** Rules across parameters. */
export function checkTnsParameters({ objectId, ...search }: TnsParameters): Complaint[] {
  const others = Object.entries(search).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (objectId !== undefined) {
    return others.map(name => ({ pointer: `/${name}`, message: 'cannot stand beside objectId, which names the objects' }))
  }
  if (others.length === 0) return [{ pointer: '', message: 'must ask for something: TNS has no list of everything' }]
  const { discovery: { after, before } = {}, minMagnitude, maxMagnitude } = search
  return [
    ...(after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)
      ? [{ pointer: '/discovery/after', message: 'must be earlier than before' }]
      : []),
    ...(minMagnitude !== undefined && maxMagnitude !== undefined && minMagnitude > maxMagnitude
      ? [{ pointer: '/minMagnitude', message: 'must not be greater than maxMagnitude' }]
      : [])
  ]
}

/** Puts a search as TNS wants it; `newerThan` narrows what has been made public since [UTC]. */
export function toSearch(parameters: Omit<TnsParameters, 'objectId'>, newerThan: string | null): object {
  const { internalName, cone, discovery, publicSince, minMagnitude, maxMagnitude, isClassified, typeIds } = parameters
  const since = [publicSince, newerThan].filter(time => typeof time === 'string').toSorted((a, b) => Date.parse(a) - Date.parse(b))
  const newest = since.at(-1)
  return {
    // Long decimals have made TNS fail; as texts, because a number that is 0 may count as left out.
    ...(cone && {
      ra: (Number(cone.ra.toFixed(7)) % 360).toFixed(7),
      dec: cone.dec.toFixed(7),
      radius: cone.radius.toFixed(3),
      units: 'arcsec'
    }),
    ...(internalName !== undefined && { internal_name: internalName, internal_name_exact_match: 0 }),
    ...(newest !== undefined && { public_timestamp: newest.replace('T', ' ').replace(/([.]\d+)?Z$/, '') }),
    ...(discovery?.after !== undefined && { discovery_date_start: discovery.after.slice(0, 10) }),
    ...(discovery?.before !== undefined && { discovery_date_end: discovery.before.slice(0, 10) }),
    ...(minMagnitude !== undefined && { discovery_mag_min: String(minMagnitude) }),
    ...(maxMagnitude !== undefined && { discovery_mag_max: String(maxMagnitude) }),
    ...(isClassified === true && { classified_sne: '1' }),
    ...(isClassified === false && { unclassified_at: '1' }),
    ...(typeIds !== undefined && { objtype: typeIds.map(String) })
  }
}

/** A name as TNS is asked for it: without prefix. */
export function bareName(name: string): string {
  return name.replace(/^[A-Za-z]+[ _-]?(?=[0-9]{4})/, '')
}
