import type { Complaint } from '../domain/schema.ts'
import type { AnyBrokerModule } from './define-broker.ts'

/** A module as this service runs it: with the operator's base URL and settings, and its compiled checks. */
export interface InstalledBroker {
  readonly module: AnyBrokerModule
  /** Where requests go, with a trailing slash. */
  readonly baseUrl: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Names of the required settings that the operator has not set; while there are any, it cannot run. */
  readonly missingSettings: readonly string[]
  /** Everything wrong with the parameters of a query, by schema and by the module's own rules; empty when they are fine. */
  parameterComplaints(parameters: unknown): Complaint[]
  /** Everything wrong with a raw alert; empty when `toGenericAlert` can read it. */
  alertComplaints(raw: unknown): Complaint[]
}

/** All installed brokers by id. */
export type Registry = ReadonlyMap<string, InstalledBroker>
