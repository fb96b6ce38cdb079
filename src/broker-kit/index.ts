export { type Static, Type } from '@sinclair/typebox'
export { Classification, Declination, GenericAlert, RightAscension } from '../domain/alert.ts'
export { ConeSearch } from '../domain/cone.ts'
export { type Brightness, brightnessOfDeficit, brightnessOfFlux, unknownBrightness } from '../domain/flux.ts'
export { PhotometryPoint } from '../domain/photometry.ts'
export { type Complaint, compileCheck, Identifier, Nullable, StringEnum } from '../domain/schema.ts'
export type { TargetDraft } from '../domain/target.ts'
export { calendarDay, isoToMjd, isoToTaiMjd, Mjd, mjdToIso, taiMjdToIso, UtcRange, UtcText, UtcTime, utcTextToIso } from '../domain/time.ts'
export {
  type AlertOrigin,
  type AnyBrokerModule,
  type BrokerContext,
  type BrokerLimits,
  type BrokerModule,
  type Capability,
  capabilities,
  capabilitiesOf,
  defineBroker,
  type Logger
} from './define-broker.ts'
export { BrokerError, type BrokerErrorKind, type BrokerErrorOptions, isBrokerError } from './errors.ts'
export type { BrokerRequest, Fields, HttpClient, ItemStream, ItemsRequest, JsonRequest } from './http-client.ts'
export { lightCurve } from './light-curve.ts'
export { type LookAhead, lookAhead } from './look-ahead.ts'
export { type NewestFirst, newestFirst } from './newest-first.ts'
export { type NumberedPage, type NumberedPages, numberedPages } from './numbered-pages.ts'
export { createPageMemory, type PageMemory } from './page-memory.ts'
export { joinArray, joinObject, sourceOf, unreadableItem, unreadableReason, withSource } from './source.ts'
export { type TakenPage, takePage } from './take-page.ts'
