import type { Static, TObject, TSchema } from '@sinclair/typebox'
import type { GenericAlert } from '../domain/alert.ts'
import { isConeSearch } from '../domain/cone.ts'
import type { PhotometryPoint } from '../domain/photometry.ts'
import type { Complaint } from '../domain/schema.ts'
import type { TargetDraft } from '../domain/target.ts'
import type { HttpClient } from './http-client.ts'

/** Where a module tells the operator what happens. It reports trouble by throwing, so there is no `error` here. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** What a module is given for one call. It holds everything that a module may touch. */
export interface BrokerContext<Settings = Record<string, unknown>> {
  /** Rooted at the broker's base URL, cancelled with the run, retried and paced by policy. */
  readonly http: HttpClient
  /** Root of the broker's API as the operator set it, with a trailing slash. */
  readonly baseUrl: string
  /** Fires when the run is cancelled. Only waits that are not HTTP need it. */
  readonly signal: AbortSignal
  /** The operator's settings for this broker, already validated. */
  readonly settings: Settings
  readonly log: Logger
  /** Tells the astronomer something about the results; it does not stop the run. */
  feedback(message: string): void
  /** Where an earlier attempt stopped, if this module ever said so. */
  readonly resumeFrom: string | null
  /** "Everything yielded before this call need not be asked for again." Stored with the batch it belongs to. */
  checkpoint(token: string): void
  /** Only what is newer is wanted; a module that can ask its upstream for that should [UTC]. */
  readonly newerThan: string | null
}

/** How often a broker may be asked, by all runs of all processes of this service together. An operator can set other limits. */
export interface BrokerLimits {
  /** Requests at once [count]. */
  readonly concurrency?: number
  /** Requests within any period of so many seconds [count, s]. */
  readonly requests?: { readonly count: number; readonly seconds: number }
}

/** What `toGenericAlert` may know besides the alert itself. */
export interface AlertOrigin {
  /** Root of the broker's API as the operator set it, with a trailing slash. */
  readonly baseUrl: string
}

/** Our code for one broker: a plain object without state, checked by the conformance kit. */
export interface BrokerModule<
  Parameters extends TObject = TObject,
  Alert extends TSchema = TSchema,
  Settings extends TObject = TObject,
  Submission extends TObject = TObject
> {
  /** Kebab-case, the name of the module's folder. Stored with every query: never change it. */
  readonly id: string
  /** As people write it: 'ALeRCE', 'MyBroker'. */
  readonly name: string
  /** The broker's documentation, for people. */
  readonly docs: string
  /** Root of the broker's API. An operator can point it elsewhere. */
  readonly baseUrl: string
  /** Surveys whose alerts it carries: 'ZTF', 'LSST'. */
  readonly surveys: readonly string[]
  /** What `score` means at this broker. */
  readonly scoreDescription: string
  /** Set when the upstream is gone: since when, and what to use now. */
  readonly retired?: { readonly since: string; readonly use: string }

  /** What an astronomer may ask: one closed object schema. Use `ConeSearch` as `cone` to offer cone search. */
  readonly parameters: Parameters
  /** Rules across parameters; run when a query is saved and when a run starts. Pure. */
  check?(parameters: Static<Parameters>): Complaint[]
  /** What `toGenericAlert` reads from an alert, and no more: brokers add fields freely. */
  readonly alert: Alert
  /** Fields that change without the alert having changed; left out of its content hash. */
  readonly volatile?: readonly string[]
  /** What an operator must configure. Secrets are `writeOnly`. */
  readonly settings?: Settings
  /** `endless` sources never finish by themselves. Default: `finite`. */
  readonly delivery?: 'finite' | 'endless'
  /** What the broker asks of its users; the HTTP client waits so that it is kept. Default: none. */
  readonly limits?: BrokerLimits

  /** Yields each alert as the broker sent it, as soon as it is there. */
  fetchAlerts(parameters: Static<Parameters>, context: BrokerContext<Static<Settings>>): AsyncIterable<unknown>
  /** Pure: no I/O, no clock, no change to `alert`. */
  toGenericAlert(alert: Static<Alert>, origin: AlertOrigin): GenericAlert

  /** Asks the cheapest thing that shows whether the broker answers and takes our credentials; throws what keeps it from that. */
  probe?(context: BrokerContext<Static<Settings>>): Promise<void>
  /** One alert as the broker has it; throws `not-found` for an unknown id. */
  fetchAlert?(brokerAlertId: string, context: BrokerContext<Static<Settings>>): Promise<unknown>
  /** The light curve of one object of this broker, each point once, in order of time. */
  fetchPhotometry?(objectId: string, context: BrokerContext<Static<Settings>>): AsyncIterable<PhotometryPoint>
  /** The light curve that an alert itself carries. Pure. */
  photometryOf?(alert: Static<Alert>): PhotometryPoint[]
  /** For brokers that know more about the object than a generic alert says. Pure. */
  toTarget?(alert: Static<Alert>, generic: GenericAlert): TargetDraft
  /** For brokers that take alerts back. */
  readonly submission?: {
    readonly fields: Submission
    submit(target: TargetDraft, fields: Static<Submission>, context: BrokerContext<Static<Settings>>): Promise<{ id: string }>
  }
}

// Method parameters are compared both ways, so every module fits this type; the host checks values before it calls.
/** A module of whatever parameters, alerts and settings. */
export type AnyBrokerModule = BrokerModule

/** Gives a module its types; it does nothing at run time. */
export function defineBroker<
  Parameters extends TObject,
  Alert extends TSchema,
  Settings extends TObject = TObject<Record<never, TSchema>>,
  Submission extends TObject = TObject<Record<never, TSchema>>
>(module: BrokerModule<Parameters, Alert, Settings, Submission>): BrokerModule<Parameters, Alert, Settings, Submission> {
  return module
}

/** What a module can do beyond its duty. */
export const capabilities = ['cone-search', 'endless-stream', 'fetch-alert', 'photometry', 'submit-alert'] as const
export type Capability = (typeof capabilities)[number]

/** Reads the capabilities from what the module has, so they cannot disagree with it. */
export function capabilitiesOf(module: AnyBrokerModule): Capability[] {
  const has: Record<Capability, boolean> = {
    'cone-search': isConeSearch(module.parameters.properties['cone']),
    'endless-stream': module.delivery === 'endless',
    'fetch-alert': module.fetchAlert !== undefined,
    photometry: module.fetchPhotometry !== undefined || module.photometryOf !== undefined,
    'submit-alert': module.submission !== undefined
  }
  return capabilities.filter(capability => has[capability])
}
