import { defineBroker, Type } from '../../broker-kit/index.ts'
import { fetchObject } from './object.ts'
import { readPages } from './pages.ts'
import { AlerceParameters, checkAlerceParameters } from './parameters.ts'
import { readLightCurve } from './photometry.ts'
import { AlerceAlert, toGeneric } from './rows.ts'

/** ALeRCE's objects of the Legacy Survey of Space and Time, with what its classifiers say of them. */
export const alerceLsst = defineBroker({
  id: 'alerce-lsst',
  name: 'ALeRCE (LSST)',
  docs: 'https://lsst.alerce.online/',
  baseUrl: 'https://api-lsst.alerce.online/',
  surveys: ['LSST'],
  scoreDescription: 'Probability of the most probable class that a classifier gives the object, 0 to 1.',

  parameters: AlerceParameters,
  check: checkAlerceParameters,
  alert: AlerceAlert,

  fetchAlerts: readPages,
  toGenericAlert: toGeneric,

  async probe({ http }) {
    await http.json('object_api/list_objects', Type.Object({ items: Type.Array(Type.Unknown()) }), {
      query: { survey: 'lsst', order_by: 'oid', page_size: 1 }
    })
  },
  fetchAlert: fetchObject,
  fetchPhotometry: readLightCurve
})
