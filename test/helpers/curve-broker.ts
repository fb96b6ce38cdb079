import { type AnyBrokerModule, defineBroker, type PhotometryPoint, Type } from '../../src/broker-kit/index.ts'
import type { UpstreamRoutes } from './upstream.ts'

/** A made-up broker that tells light curves: `curves/<object>.json` on its server, and what its alerts carry in `points`. */
export function curveBroker(id: string, baseUrl: string): AnyBrokerModule {
  return defineBroker({
    id,
    name: id,
    docs: 'https://example.org/docs',
    baseUrl,
    surveys: ['LSST'],
    scoreDescription: 'Nothing.',
    parameters: Type.Object({}, { additionalProperties: false }),
    alert: Type.Object({ objectId: Type.String(), ra: Type.Number(), points: Type.Array(Type.Unknown()) }),

    async *fetchAlerts(_parameters, { http }) {
      yield* http.items('alerts.json')
    },

    toGenericAlert({ objectId, ra }) {
      return { id: objectId, name: objectId, objectId, timestamp: null, ra, dec: 20, mag: null, score: null, url: null }
    },

    async *fetchPhotometry(objectId, { http }) {
      yield* await http.json(`curves/${objectId}.json`, Type.Array(Type.Unsafe<PhotometryPoint>({})))
    },

    photometryOf({ points }) {
      return points.map(point => ({ ...point1, ...Object(point) }))
    }
  })
}

const point1: PhotometryPoint = {
  sourceId: null,
  timestamp: '2026-01-01T00:00:00.000Z',
  kind: 'detection',
  survey: 'LSST',
  telescope: null,
  band: 'r',
  mag: null,
  magError: null,
  flux: null,
  fluxError: null
}

/** A point of a light curve; what is not said is unknown. */
export function pointWith(values: Partial<PhotometryPoint>): PhotometryPoint {
  return { ...point1, ...values }
}

/** Answers of a server whose one object has this light curve, and whose alert carries these points. */
export function curveRoutes(objectId: string, { curve = () => [], carried = [], ra = 10 }: Curve = {}): UpstreamRoutes {
  return {
    'GET /alerts.json': { body: [{ objectId, ra, points: carried }] },
    [`GET /curves/${objectId}.json`]: () => ({ body: curve() })
  }
}

interface Curve {
  readonly curve?: () => readonly unknown[]
  readonly carried?: readonly unknown[]
  readonly ra?: number
}
