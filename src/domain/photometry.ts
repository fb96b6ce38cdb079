import { type Static, Type } from '@sinclair/typebox'
import { Nullable, StringEnum } from './schema.ts'

/** One point of a light curve. A negative difference flux has no magnitude. */
export const PhotometryPoint = Type.Object(
  {
    sourceId: Nullable(Type.String({ minLength: 1, description: "The survey's own identifier of the measurement." })),
    timestamp: Type.String({ format: 'date-time', description: 'When the light was taken [UTC, RFC 3339].' }),
    kind: StringEnum(['detection', 'limit', 'forced'], { description: 'What the point is.' }),
    survey: Nullable(Type.String({ description: 'Survey that took the data: ZTF, LSST...' })),
    telescope: Nullable(Type.String({ description: 'Telescope that took the data.' })),
    band: Nullable(Type.String({ description: 'Passband: g, r, i...' })),
    mag: Nullable(Type.Number({ description: 'Apparent magnitude [mag]; the limit for a point of kind limit.' })),
    magError: Nullable(Type.Number({ minimum: 0, description: 'Uncertainty of mag [mag].' })),
    flux: Nullable(Type.Number({ description: 'Flux, negative ones too [nJy].' })),
    fluxError: Nullable(Type.Number({ minimum: 0, description: 'Uncertainty of flux [nJy].' }))
  },
  { title: 'PhotometryPoint', additionalProperties: false }
)
export type PhotometryPoint = Static<typeof PhotometryPoint>
