import { nonsense, refusals } from './answers.ts'
import type { ContentFaults } from './content-fault.ts'
import { edits } from './edits.ts'
import { endlessPages } from './pages.ts'

export type { ContentFaults } from './content-fault.ts'

/** Everything that a broker can answer, and should not. */
export const contentFaults: ContentFaults = { ...refusals, ...nonsense, ...edits, ...endlessPages }
