import { defineBroker } from '../../broker-kit/index.ts'
import { checkLasairParameters } from '../lasair/check.ts'
import { fetchFrom } from '../lasair/fetch.ts'
import { lasairParameters } from '../lasair/parameters.ts'
import { LasairSettings, lasairLimits, probeLasair } from '../lasair/requests.ts'
import { LasairLsstAlert, photometryOf, toGeneric, toTarget } from './alerts.ts'
import { lsst, readLightCurve } from './survey.ts'

/** The objects of the Legacy Survey of Space and Time in Lasair, the UK's broker, with their surroundings by Sherlock. */
export const lasairLsst = defineBroker({
  id: 'lasair-lsst',
  name: 'Lasair (LSST)',
  docs: 'https://lasair.readthedocs.io/en/main/core_functions/rest-api.html',
  baseUrl: 'https://api.lasair.lsst.ac.uk/api/',
  surveys: ['LSST'],
  scoreDescription: 'How real the latest detection is by the reliability of LSST, 0 to 1.',
  settings: LasairSettings,
  limits: lasairLimits,

  parameters: lasairParameters({
    survey: 'LSST',
    idPattern: lsst.idPattern,
    exampleId: '313761043604045880',
    exampleColumns: 'objects.medianR, objects.absMag',
    exampleConditions: 'objects.latest_psfFlux > 20000 AND objects.latestR > 0.9',
    exampleOrder: 'objects.lastDiaSourceMjdTai'
  }),
  check: parameters => checkLasairParameters(lsst, parameters),
  alert: LasairLsstAlert,
  volatile: ['now_mjd', 'mjdmin_ago', 'mjdmax_ago', 'since_now'],

  fetchAlerts: (parameters, context) => fetchFrom(lsst, parameters, context),
  toGenericAlert: toGeneric,

  probe: probeLasair,
  fetchAlert: (id, context) => lsst.readObject(id, context),
  fetchPhotometry: readLightCurve,
  photometryOf,
  toTarget
})
