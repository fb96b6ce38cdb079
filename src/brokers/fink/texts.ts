// 'Fail 503' is what a catalogue answered to Fink in place of a class.
const notKnown = /^(|nan|none|null|unknown|fail \d+|\ufffd+)$/i

/** A text of Fink's, or null where it stands for nothing: 'nan', 'Unknown', 'Fail 503'... */
export function knownText(value: string | null | undefined): string | null {
  const text = value?.trim() ?? ''
  return notKnown.test(text) ? null : text
}

/** A label that a catalogue or classifier gives, without a probability. */
export function labelOf(classifier: string, value: string | null | undefined): { label: string; probability: null; classifier: string }[] {
  const label = knownText(value)
  return label === null ? [] : [{ label, probability: null, classifier }]
}
