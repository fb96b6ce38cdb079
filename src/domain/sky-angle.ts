const minutes = '([0-5]?\\d)'
const seconds = '([0-5]?\\d(?:\\.\\d*)?)'
const hoursText = new RegExp(`^(\\d{1,2})\\s*[:h\\s]\\s*${minutes}\\s*[:m'′\\s]\\s*${seconds}\\s*[s"″]?$`, 'i')
const degreesText = new RegExp(`^([-+\u2212]?)\\s*(\\d{1,2})\\s*[:d°\\s]\\s*${minutes}\\s*[:m'′\\s]\\s*${seconds}\\s*[s"″]?$`, 'i')

/** Reads a right ascension in hours, as in `00:35:56.71`, `00h35m56.7s` or `00 35 56.7`, as degrees; undefined when it is none. */
export function readHours(text: string): number | undefined {
  const [, hours, minutes, seconds] = hoursText.exec(text.trim()) ?? []
  if (Number(hours) >= 24 || hours === undefined) return undefined
  // The last second of the day can be rounded up to a whole turn.
  return (15 * sixtieths([hours, minutes, seconds])) % 360
}

/** Reads a declination in degrees, as in `-20:30:15.2`, `-20d30m15.2s` or `-20 30 15.2`, as degrees; undefined when it is none. */
export function readDegrees(text: string): number | undefined {
  const [, sign, whole, minutes, seconds] = degreesText.exec(text.trim()) ?? []
  if (whole === undefined) return undefined
  const size = sixtieths([whole, minutes, seconds])
  if (size > 90) return undefined
  // The sign is of the whole, so that -00:00:01 lies in the south.
  return sign === '-' || sign === '\u2212' ? -size : size
}

function sixtieths([whole, minutes = '0', seconds = '0']: readonly (string | undefined)[]): number {
  return (Number(whole) * 3600 + Number(minutes) * 60 + Number(seconds)) / 3600
}

const decimalText = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

/** Reads a right ascension, in degrees or as sexagesimal text in hours, as degrees from 0 to 360; undefined when it is none. */
export function readRightAscension(text: string): number | undefined {
  const angle = decimalText.test(text.trim()) ? Number(text) : readHours(text)
  return angle !== undefined && angle >= 0 && angle <= 360 ? angle : undefined
}

/** Reads a declination, in degrees or as sexagesimal text in degrees, as degrees; undefined when it is none. */
export function readDeclination(text: string): number | undefined {
  const angle = decimalText.test(text.trim()) ? Number(text) : readDegrees(text)
  return angle !== undefined && angle >= -90 && angle <= 90 ? angle : undefined
}
