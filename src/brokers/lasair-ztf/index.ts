import { defineBroker } from '../../broker-kit/index.ts'
import { checkLasairParameters } from '../lasair/check.ts'
import { fetchFrom } from '../lasair/fetch.ts'
import { lasairParameters } from '../lasair/parameters.ts'
import { LasairSettings, lasairLimits, probeLasair } from '../lasair/requests.ts'
import { LasairZtfAlert, photometryOf, toGeneric, toTarget } from './alerts.ts'
import { readLightCurve, ztf } from './survey.ts'

/** The objects of the Zwicky Transient Facility in Lasair, the UK's broker, with their surroundings by Sherlock. */
export const lasairZtf = defineBroker({
  id: 'lasair-ztf',
  name: 'Lasair (ZTF)',
  docs: 'https://lasair-ztf.lsst.ac.uk/api',
  baseUrl: 'https://lasair-ztf.lsst.ac.uk/api/',
  surveys: ['ZTF'],
  scoreDescription:
    'How real the latest detection is by the deep-learning score of ZTF (drb), 0 to 1. Rows of the table of objects have none.',
  settings: LasairSettings,
  limits: lasairLimits,

  parameters: lasairParameters({
    survey: 'ZTF',
    idPattern: ztf.idPattern,
    exampleId: 'ZTF23aabplmy',
    exampleColumns: 'objects.g_minus_r, objects.maggmin',
    exampleConditions: 'objects.gmag < 17 AND objects.ncandgp > 3',
    exampleOrder: 'objects.jdmax'
  }),
  check: parameters => checkLasairParameters(ztf, parameters),
  alert: LasairZtfAlert,
  volatile: ['now_mjd', 'mjdmin_ago', 'mjdmax_ago', 'since_now'],

  fetchAlerts: (parameters, context) => fetchFrom(ztf, parameters, context),
  toGenericAlert: toGeneric,

  probe: probeLasair,
  fetchAlert: (id, context) => ztf.readObject(id, context),
  fetchPhotometry: readLightCurve,
  photometryOf,
  toTarget
})
