import { defineBroker } from '../../broker-kit/index.ts'
import { fetchAlerts, fetchLocus, probe } from './fetch.ts'
import { AntaresLocus, toGeneric, toTarget } from './locus.ts'
import { AntaresParameters, checkAntaresParameters } from './parameters.ts'
import { readLightCurve } from './photometry.ts'

/** ANTARES's loci: places on the sky, with the alerts of every survey that fell there. */
export const antares = defineBroker({
  id: 'antares',
  name: 'ANTARES',
  docs: 'https://nsf-noirlab.gitlab.io/csdc/antares/client/',
  baseUrl: 'https://api.antares.noirlab.edu/v1/',
  surveys: ['ZTF', 'LSST'],
  scoreDescription: 'None: ANTARES does not rank its loci, so the score is null.',

  parameters: AntaresParameters,
  check: checkAntaresParameters,
  alert: AntaresLocus,

  fetchAlerts,
  toGenericAlert: toGeneric,
  toTarget,

  probe,
  fetchAlert: fetchLocus,
  fetchPhotometry: readLightCurve
})
