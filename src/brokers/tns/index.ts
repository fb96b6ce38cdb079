import { defineBroker } from '../../broker-kit/index.ts'
import { fetchObject, fetchObjects, probeTns } from './fetch.ts'
import { readLightCurve } from './light-curve.ts'
import { TnsAlert, toGeneric, toTarget } from './objects.ts'
import { checkTnsParameters, TnsParameters } from './parameters.ts'
import { TnsSettings } from './requests.ts'

/** The Transient Name Server of the IAU: where transients of all surveys are reported, named and classified. */
export const tns = defineBroker({
  id: 'tns',
  name: 'TNS',
  docs: 'https://www.wis-tns.org/content/tns-getting-started',
  baseUrl: 'https://www.wis-tns.org/api/',
  surveys: [],
  scoreDescription: '1 for what is classified as a supernova (SN), 0 for everything else.',
  settings: TnsSettings,
  limits: { concurrency: 4 },

  parameters: TnsParameters,
  check: checkTnsParameters,
  alert: TnsAlert,

  fetchAlerts: fetchObjects,
  toGenericAlert: toGeneric,

  probe: probeTns,
  fetchAlert: fetchObject,
  fetchPhotometry: readLightCurve,
  toTarget
})
