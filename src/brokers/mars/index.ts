import { defineBroker } from '../../broker-kit/index.ts'
import { fetchAlert, readPages } from './fetch.ts'
import { checkMarsParameters, MarsParameters } from './parameters.ts'
import { pointsOf, readLightCurve } from './photometry.ts'
import { toQuery } from './query.ts'
import { MarsAlert, toGeneric } from './rows.ts'

/** MARS, the archive of ZTF alerts that Las Cumbres Observatory kept until 2023; for servers that still speak its protocol. */
export const mars = defineBroker({
  id: 'mars',
  name: 'MARS',
  docs: 'https://github.com/LCOGT/ztf-alert-server',
  baseUrl: 'https://mars.lco.global/',
  surveys: ['ZTF'],
  scoreDescription: 'Real/bogus score rb of ZTF: 0 for an artefact, 1 for a real change.',
  retired: { since: '2023-03-20', use: 'antares' },

  parameters: MarsParameters,
  check: checkMarsParameters,
  alert: MarsAlert,
  // A link to the packet that is signed anew with each answer.
  volatile: ['avro'],

  fetchAlerts: (parameters, context) => readPages(toQuery(parameters, context.newerThan), context),
  toGenericAlert: toGeneric,

  fetchAlert,
  fetchPhotometry: readLightCurve,
  photometryOf: pointsOf
})
