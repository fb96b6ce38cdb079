import { defineBroker } from '../../broker-kit/index.ts'
import { fetchAlert, fetchAlerts } from './fetch.ts'
import { checkGaiaParameters, GaiaParameters } from './parameters.ts'
import { readLightCurve } from './photometry.ts'
import { GaiaAlert, toGeneric } from './rows.ts'

/** The photometric alerts of the Gaia satellite, 2014 to 2025: an archive, to which nothing is added. */
export const gaia = defineBroker({
  id: 'gaia',
  name: 'Gaia Alerts (archive 2014-2025)',
  docs: 'https://gsaweb.ast.cam.ac.uk/alerts/home',
  baseUrl: 'https://gsaweb.ast.cam.ac.uk/alerts/',
  surveys: ['Gaia'],
  scoreDescription: 'How much brighter or fainter the alert was than the object had been before [mag].',
  // Every request for alerts is for the whole table.
  limits: { concurrency: 1 },

  parameters: GaiaParameters,
  check: checkGaiaParameters,
  alert: GaiaAlert,

  fetchAlerts,
  toGenericAlert: toGeneric,

  fetchAlert,
  fetchPhotometry: readLightCurve
})
