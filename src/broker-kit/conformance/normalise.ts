import { type GenericAlert, genericAlertComplaints } from '../../domain/alert.ts'
import { install, type Subject } from './subject.ts'

/** What the host makes of the values of a run. */
export interface Normalised {
  readonly alerts: readonly GenericAlert[]
  /** The values that became alerts, in the same order. */
  readonly read: readonly unknown[]
  readonly rejections: readonly string[]
}

/** Normalises values as the service does; the base URL is the module's own, so that expected alerts can name it. */
export function normalise(subject: Subject, values: readonly unknown[]): Normalised {
  const { alertComplaints } = install(subject)
  const alerts: GenericAlert[] = []
  const read: unknown[] = []
  const rejections: string[] = []
  for (const value of values) {
    const complaints = alertComplaints(value)
    const generic = complaints.length === 0 ? toGeneric(subject, value) : null
    const faults = generic === null ? complaints : genericAlertComplaints(generic)
    if (generic === null || faults.length > 0) {
      rejections.push(faults.map(({ pointer, message }) => `${pointer} ${message}`).join(', '))
      continue
    }
    alerts.push(generic)
    read.push(value)
  }
  return { alerts, read, rejections }
}

/** Calls the module's toGenericAlert. */
export function toGeneric({ module }: Subject, value: unknown): GenericAlert {
  return module.toGenericAlert(value, Object.freeze({ baseUrl: module.baseUrl }))
}
