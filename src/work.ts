import type { Background } from './background.ts'
import { photometryRuns } from './photometry/photometry-runs.ts'
import { alertRuns } from './runs/alert-runs.ts'
import { startScheduler } from './runs/scheduler.ts'
import { startWorker, type WorkerOptions } from './runs/worker.ts'

/** What runs can do. */
const kinds = { alerts: alertRuns, photometry: photometryRuns }

/** Starts everything that a process does unasked: it executes runs, and starts those whose time has come. */
export function startWork(options: Omit<WorkerOptions, 'kinds'>): Background {
  const parts = [startScheduler(options), startWorker({ ...options, kinds })]
  const stop = async () => {
    await Promise.all(parts.map(part => part.stop()))
  }
  return { stop }
}
