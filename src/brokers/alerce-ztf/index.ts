import { defineBroker, Type } from '../../broker-kit/index.ts'
import { readPages } from './pages.ts'
import { AlerceParameters, checkAlerceParameters, toQuery } from './parameters.ts'
import { readLightCurve } from './photometry.ts'
import { AlerceAlert, toGeneric } from './rows.ts'

/** ALeRCE's objects of the Zwicky Transient Facility, with what its classifiers say of them. */
export const alerceZtf = defineBroker({
  id: 'alerce-ztf',
  name: 'ALeRCE (ZTF)',
  docs: 'https://api.alerce.online/ztf/v1/',
  baseUrl: 'https://api.alerce.online/ztf/v1/',
  surveys: ['ZTF'],
  scoreDescription: 'Probability of the most probable class that a classifier gives the object, 0 to 1.',

  parameters: AlerceParameters,
  check: checkAlerceParameters,
  alert: AlerceAlert,

  fetchAlerts: (parameters, context) => readPages(toQuery(parameters, context.newerThan), context),
  toGenericAlert: toGeneric,

  fetchAlert: (oid, { http }) => http.json(`objects/${encodeURIComponent(oid)}`, Type.Object({ oid: Type.String() })),
  fetchPhotometry: readLightCurve
})
