import { type Complaint, ConeSearch, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

interface RangeOptions {
  readonly what: string
  readonly unit: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
}

/** A range of a number; either end may be left out. */
function numberRange({ what, unit, ...bounds }: RangeOptions) {
  return Type.Optional(
    Type.Object(
      {
        min: Type.Optional(Type.Number({ ...bounds, description: `Lowest ${what} [${unit}].` })),
        max: Type.Optional(Type.Number({ ...bounds, description: `Greatest ${what} [${unit}].` }))
      },
      { additionalProperties: false, minProperties: 1, description: `Range of the ${what}: min, max or both [${unit}].` }
    )
  )
}

const columns = [
  'id',
  'jd',
  'objectId',
  'magpsf',
  'sigmapsf',
  'magap',
  'distnr',
  'deltamaglatest',
  'deltamagref',
  'rb',
  'drb',
  'classtar',
  'fwhm',
  'elong',
  'nbad'
] as const

/** What may be asked of MARS; all of it together must hold, and nothing at all asks for every alert. */
export const MarsParameters = Type.Object(
  {
    objectId: Type.Optional(Type.String({ minLength: 1, maxLength: 50, description: 'ZTF object id.', examples: ['ZTF18abcgqmz'] })),
    candid: Type.Optional(
      Type.String({ pattern: '^[1-9][0-9]{0,18}$', description: 'ZTF alert id, as text.', examples: ['593191350115010084'] })
    ),
    panstarrsId: Type.Optional(
      Type.String({
        pattern: '^[1-9][0-9]{0,18}$',
        description: 'Pan-STARRS1 object id, as text: alerts that have it among their three nearest.',
        examples: ['178183210973037920']
      })
    ),
    cone: Type.Optional(ConeSearch),
    objectCone: Type.Optional(
      Type.Object(
        {
          name: Type.String({ pattern: '^[^,]{1,100}$', description: 'Name that Simbad knows.', examples: ['M51'] }),
          radius: ConeSearch.properties.radius
        },
        {
          additionalProperties: false,
          description: 'A circle around a known object, whose place MARS looks up.',
          examples: [{ name: 'M51', radius: 300 }]
        }
      )
    ),
    ra: numberRange({ what: 'ICRS right ascension', unit: 'deg', minimum: 0, exclusiveMaximum: 360 }),
    dec: numberRange({ what: 'ICRS declination', unit: 'deg', minimum: -90, maximum: 90 }),
    galacticLongitude: numberRange({ what: 'galactic longitude', unit: 'deg', minimum: 0, maximum: 360 }),
    galacticLatitude: numberRange({ what: 'galactic latitude', unit: 'deg', minimum: -90, maximum: 90 }),
    observed: Type.Optional({ ...UtcRange, description: 'When the alert was observed: after, before or both [UTC].' }),
    jd: numberRange({ what: 'Julian Date of the alert in UTC', unit: 'day', minimum: 2_400_000.5, maximum: 2_500_000 }),
    since: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'Only alerts of so many seconds before now [s].',
        examples: [86_400]
      })
    ),
    band: Type.Optional(StringEnum(['g', 'r', 'i'], { description: 'Passband of the alert.', examples: ['r'] })),
    mag: numberRange({ what: 'magnitude of the difference, magpsf', unit: 'mag' }),
    maxMagError: Type.Optional(
      Type.Number({ minimum: 0, description: 'Greatest uncertainty of that magnitude, sigmapsf [mag].', examples: [0.1] })
    ),
    apertureMag: numberRange({ what: 'aperture magnitude of the difference, magap', unit: 'mag' }),
    referenceDistance: numberRange({
      what: 'distance to the nearest source in the reference image, distnr',
      unit: 'pixel, about 1 arcsec'
    }),
    magChange: numberRange({ what: 'change since the last alert here in the same passband, deltamaglatest', unit: 'mag' }),
    magAboveReference: numberRange({ what: 'brightening over the reference image, deltamagref', unit: 'mag' }),
    minRealBogus: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Lowest real/bogus score, rb [1].', examples: [0.8] })),
    minDeepRealBogus: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Lowest real/bogus score of the deep network, drb [1].', examples: [0.9] })
    ),
    starScore: numberRange({ what: 'star/galaxy score, classtar, 1 for a star', unit: '1', minimum: 0, maximum: 1 }),
    maxFwhm: Type.Optional(
      Type.Number({ minimum: 0, description: 'Greatest width of the source at half its maximum, fwhm [pixel].', examples: [3] })
    ),
    maxBadPixels: Type.Optional(Type.Integer({ minimum: 0, description: 'Most bad pixels in the stamp, nbad [count].', examples: [0] })),
    maxElongation: Type.Optional(
      Type.Number({ minimum: 1, description: 'Greatest ratio of long to short axis, elong [1].', examples: [1.2] })
    ),
    order: Type.Optional(
      Type.Object(
        {
          by: StringEnum(columns, { description: "MARS's name of the column to order by.", examples: ['jd'] }),
          direction: StringEnum(['ascending', 'descending'], { description: 'Which end comes first.', examples: ['descending'] })
        },
        { additionalProperties: false, description: 'Order of the alerts, for runs that end at a cap. Left out: newest first.' }
      )
    )
  },
  { additionalProperties: false }
)
export type MarsParameters = Static<typeof MarsParameters>

const ranges = [
  'dec',
  'galacticLongitude',
  'galacticLatitude',
  'jd',
  'mag',
  'apertureMag',
  'referenceDistance',
  'magChange',
  'magAboveReference',
  'starScore'
] as const

/** Rules across parameters. */
export function checkMarsParameters(parameters: MarsParameters): Complaint[] {
  const complaints: Complaint[] = []
  for (const name of ranges) {
    const { min, max } = parameters[name] ?? {}
    if (min !== undefined && max !== undefined && min > max)
      complaints.push({ pointer: `/${name}/min`, message: 'must not be greater than max' })
  }
  const { after, before } = parameters.observed ?? {}
  if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
    complaints.push({ pointer: '/observed/after', message: 'must be earlier than before' })
  }
  const { min, max } = parameters.ra ?? {}
  if (parameters.ra && (min === undefined || max === undefined)) {
    complaints.push({ pointer: '/ra', message: 'must have min and max: an open range has no end on a circle' })
  } else if (min !== undefined && max !== undefined && signedRa(min) > signedRa(max)) {
    complaints.push({ pointer: '/ra', message: 'must not hold 180 within it: MARS counts right ascension from -180 to 180' })
  }
  return complaints
}

/** Right ascension from -180 to 180 [deg]. */
function signedRa(ra: number): number {
  return ra > 180 ? ra - 360 : ra
}
