import { type Static, Type } from '@sinclair/typebox'
import { compileCheck } from '../domain/schema.ts'
import { Uuid } from '../http/schemas.ts'
import type { RunKind } from '../runs/run-kind.ts'
import { gatherCurve } from './gather-curve.ts'
import type { LightCurve } from './light-curve.ts'
import { recordCurve } from './record-curve.ts'

/** Parameters of a run of kind `photometry`. */
const PhotometryParameters = Type.Object({ targetId: Uuid }, { additionalProperties: false })
export type PhotometryParameters = Static<typeof PhotometryParameters>

const areParameters = compileCheck(PhotometryParameters)

/** Runs of kind `photometry`: ask one broker for the light curve of one target. Their items are points. */
export const photometryRuns: RunKind<LightCurve> = {
  measure: 'points',

  complaints({ run }) {
    return areParameters.complaints(run.parameters)
  },

  source(call) {
    return gatherCurve(call, targetOf(call.run.parameters))
  },

  sizeOf({ points }) {
    return points.length
  },

  record(database, batch) {
    return recordCurve(database, batch, targetOf(batch.run.parameters))
  }
}

function targetOf(parameters: unknown): string {
  if (areParameters(parameters)) return parameters.targetId
  throw new TypeError('The run has been checked to have a target.')
}
