import { defineBroker, Type } from '../../broker-kit/index.ts'
import { fetchAlerts, fetchObject } from './fetch.ts'
import { checkFinkParameters, FinkParameters } from './parameters.ts'
import { pointsOf, readLightCurve } from './photometry.ts'
import { FinkAlert, toGeneric } from './rows.ts'

/** Fink's alerts of the Legacy Survey of Space and Time, with what its science modules and the catalogues say of them. */
export const finkLsst = defineBroker({
  id: 'fink-lsst',
  name: 'Fink (LSST)',
  docs: 'https://doc.lsst.fink-broker.org/',
  baseUrl: 'https://api.lsst.fink-portal.org/api/v1/',
  surveys: ['LSST'],
  scoreDescription: 'Reliability that Rubin gives the detection: 0 for an artefact, 1 for a real change.',

  parameters: FinkParameters,
  check: checkFinkParameters,
  alert: FinkAlert,
  // Depends on where was searched.
  volatile: ['v:separation_degree'],

  fetchAlerts,
  toGenericAlert: toGeneric,

  async probe({ http }) {
    await http.json('tags', Type.Record(Type.String(), Type.Object({ description: Type.Unknown() })))
  },
  fetchAlert: fetchObject,
  fetchPhotometry: readLightCurve,
  photometryOf: pointsOf
})
