import type { TObject } from '@sinclair/typebox'
import { ConeInput, isConeSearch, readCone } from '../domain/cone.ts'
import type { Complaint } from '../domain/schema.ts'
import type { InstalledBroker } from './registry.ts'

/** Reads the parameters that a client asks with: in degrees where the centre of a cone is sexagesimal text, and all that is wrong with them. */
export function readParameters<T>(
  { module, parameterComplaints }: InstalledBroker,
  asked: T
): { readonly value: T; readonly complaints: Complaint[] } {
  if (!takesCone(module.parameters)) return { value: asked, complaints: parameterComplaints(asked) }
  const { value, complaints } = readCone(asked)
  const unread = new Set(complaints.map(({ pointer }) => pointer))
  return { value, complaints: [...complaints, ...parameterComplaints(value).filter(({ pointer }) => !unread.has(pointer))] }
}

/** The schema of what a client may ask with: that of the module, whose modules see degrees only, and text where `readParameters` takes it. */
export function inputSchemaOf(parameters: TObject): object {
  if (!takesCone(parameters)) return parameters
  const { cone, ...others } = parameters.properties
  const { ra, dec } = ConeInput.properties
  return { ...parameters, properties: { ...others, cone: { ...cone, properties: { ...cone?.['properties'], ra, dec } } } }
}

function takesCone({ properties }: TObject): boolean {
  return isConeSearch(properties['cone'])
}
