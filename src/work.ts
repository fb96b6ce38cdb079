import type { Background } from './background.ts'
import { startDeliveries } from './outbox/deliver.ts'
import { photometryRuns } from './photometry/photometry-runs.ts'
import { alertRuns } from './runs/alert-runs.ts'
import { startScheduler } from './runs/scheduler.ts'
import { startWorker, type Worker, type WorkerOptions } from './runs/worker.ts'
import { targetsOnAlert } from './targets/on-alert/make-targets.ts'

/** What runs can do. */
const kinds = { alerts: alertRuns, photometry: photometryRuns }

interface WorkOptions extends Omit<WorkerOptions, 'kinds'> {
  /** Positions closer than this are the same target [arcsec]. */
  readonly matchRadius: number
}

/** What a process does unasked. */
export type Work = Background & Pick<Worker, 'reserve'>

/** Starts everything that a process does unasked: it executes runs, starts those whose time has come, and makes what their alerts set off. */
export function startWork(options: WorkOptions): Work {
  const worker = startWorker({ ...options, kinds })
  const parts = [startScheduler(options), worker, startDeliveries({ ...options, topic: targetsOnAlert(options) })]
  const stop = async () => {
    await Promise.all(parts.map(part => part.stop()))
  }
  return { reserve: worker.reserve, stop }
}
