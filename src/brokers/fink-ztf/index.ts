import { defineBroker } from '../../broker-kit/index.ts'
import { fetchAlerts, ListOfClasses } from './fetch.ts'
import { checkFinkParameters, FinkParameters } from './parameters.ts'
import { pointsOf, readLightCurve } from './photometry.ts'
import { FinkAlert, toGeneric } from './rows.ts'

/** Fink's alerts of the Zwicky Transient Facility, with what its science modules and the catalogues say of them. */
export const finkZtf = defineBroker({
  id: 'fink-ztf',
  name: 'Fink (ZTF)',
  docs: 'https://doc.ztf.fink-broker.org/',
  baseUrl: 'https://api.ztf.fink-portal.org/api/v1/',
  surveys: ['ZTF'],
  scoreDescription:
    'Probability that the alert is of a type Ia supernova, by the random forest d:rf_snia_vs_nonia, 0 to 1; 0 also when it did not run.',

  parameters: FinkParameters,
  check: checkFinkParameters,
  alert: FinkAlert,
  // Worked out from the other alerts of the same answer, or from where was searched.
  volatile: ['v:rate', 'v:sigma(rate)', 'v:g-r', 'v:sigma(g-r)', 'v:rate(g-r)', 'v:sigma(rate(g-r))', 'v:separation_degree'],

  fetchAlerts,
  toGenericAlert: toGeneric,
  async probe({ http }) {
    await http.json('classes', ListOfClasses)
  },
  fetchPhotometry: readLightCurve,
  photometryOf: pointsOf
})
