import { defineBroker } from '../../broker-kit/index.ts'
import { fetchAlerts, fetchObject } from './fetch.ts'
import { checkScoutParameters, ScoutParameters } from './parameters.ts'
import { ScoutObject, toGeneric } from './rows.ts'
import { toTarget } from './target.ts'

/** Scout of the Jet Propulsion Laboratory: what the objects on the NEO Confirmation Page may be. */
export const scout = defineBroker({
  id: 'scout',
  name: 'JPL Scout',
  docs: 'https://ssd-api.jpl.nasa.gov/doc/scout.html',
  baseUrl: 'https://ssd-api.jpl.nasa.gov/',
  surveys: ['NEOCP'],
  scoreDescription: 'neoScore, 0 to 100: how likely it is a near-Earth object; a hint where to look, no probability.',
  // One request at a time for one address is what JPL allows.
  limits: { concurrency: 1 },

  parameters: ScoutParameters,
  check: checkScoutParameters,
  alert: ScoutObject,
  // The ephemeris moves on by itself.
  volatile: ['tEphem', 'ra', 'dec', 'elong', 'rate', 'Vmag', 'unc', 'uncP1'],

  fetchAlerts,
  toGenericAlert: toGeneric,

  fetchAlert: (tdes, context) => fetchObject(tdes, { orbits: true, context }),
  toTarget
})
