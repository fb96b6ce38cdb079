import { defineBroker } from '../../broker-kit/index.ts'
import { fetchAlerts } from './fetch.ts'
import { BabamulParameters, checkBabamulParameters } from './parameters.ts'
import { pointsOf, readLightCurve } from './photometry.ts'
import { BabamulSettings, probe } from './requests.ts'
import { BabamulAlert, toGeneric } from './rows.ts'

/** Babamul, the public side of BOOM: alerts of ZTF and LSST. */
export const babamul = defineBroker({
  id: 'babamul',
  name: 'Babamul',
  docs: 'https://github.com/boom-astro/babamul',
  baseUrl: 'https://babamul.caltech.edu/api/babamul/',
  surveys: ['ZTF', 'LSST'],
  scoreDescription: 'How real the detection is, 0 to 1: the deep-learning score drb of ZTF, the reliability of LSST.',
  settings: BabamulSettings,

  parameters: BabamulParameters,
  check: checkBabamulParameters,
  alert: BabamulAlert,

  fetchAlerts,
  toGenericAlert: toGeneric,

  probe,
  fetchPhotometry: readLightCurve,
  photometryOf: pointsOf
})
