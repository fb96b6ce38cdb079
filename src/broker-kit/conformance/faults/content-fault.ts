import { type BrokerErrorKind, brokerErrorKinds } from '../../errors.ts'
import { sourceOf } from '../../source.ts'
import type { Outcome, PlayOptions } from '../play.ts'

/** Something that a broker can answer, and should not. */
export interface ContentFault {
  /** Kinds of error that are right. */
  readonly kinds: readonly BrokerErrorKind[]
  /**
   * How else than with an error it may end: `never`; `told`, with alerts, rejections or feedback, but not as if there
   * were nothing; `same`, with what the healthy answer gives; `anyhow`.
   */
  readonly mayEnd: 'never' | 'told' | 'same' | 'anyhow'
  /** Ways to play it, by what the healthy answers were; none where it cannot happen. */
  variations(healthy: Outcome): readonly Variation[]
}

/** One way to play a fault. */
export interface Variation {
  readonly title: string
  readonly options: PlayOptions
}

/** Faults by their names. */
export type ContentFaults = Readonly<Record<string, ContentFault>>

export const anyKind: readonly BrokerErrorKind[] = brokerErrorKinds

/** The texts of the alerts that an operation yielded. */
export function itemsOf({ values }: Outcome): string[] {
  return values.flatMap(value => sourceOf(value)?.text ?? [])
}
