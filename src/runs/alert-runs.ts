import { fetchAlerts } from './fetch-alerts.ts'
import { normaliseAlert, type RunItem } from './normalise-alert.ts'
import { recordRun } from './record-run.ts'
import type { RunKind } from './run-kind.ts'

/** Runs of kind `alerts`: ask the broker what the parameters say, normalise what comes, and store it. */
export const alertRuns: RunKind<RunItem> = {
  measure: 'alerts',

  complaints({ run, broker }) {
    return broker.parameterComplaints(run.parameters)
  },

  async *source({ run, broker, createContext, feedback }) {
    for await (const value of fetchAlerts({ broker, parameters: run.parameters, createContext, feedback }))
      yield normaliseAlert(broker, value)
  },

  sizeOf({ raw }) {
    return raw.length
  },

  record(database, { run, ...batch }) {
    return recordRun(database, { fence: run, brokerId: run.brokerId, ...batch })
  }
}
