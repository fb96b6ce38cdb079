import { calendarDay, type GenericAlert, type Static, Type } from '../../broker-kit/index.ts'

const number = '[-+]?[0-9]+([.][0-9]*)?([eE][-+]?[0-9]{1,3})?'
const clock = '([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?'

/** A number as the table writes it; empty, NaN or null when it is not known. */
const GaiaNumber = Type.String({ pattern: `^(${number}|[Nn][Aa][Nn]|[Nn]ull|None)?$` })

/** A time as the table writes it [UTC]; empty when it is not known. */
export const GaiaTime = Type.String({ pattern: `^(${calendarDay}[T ]${clock})?$` })

/** A row of the table of alerts. */
export const GaiaAlert = Type.Object({
  Name: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,100}$' }),
  Date: GaiaTime,
  RaDeg: GaiaNumber,
  DecDeg: GaiaNumber,
  AlertMag: GaiaNumber,
  HistoricMag: Type.Optional(GaiaNumber),
  Class: Type.Optional(Type.String())
})

/** The generic alert of one row. */
export function toGeneric({ Name, Date: date, RaDeg, DecDeg, AlertMag, HistoricMag, Class }: Static<typeof GaiaAlert>): GenericAlert {
  const [mag, historic] = [numberOf(AlertMag), numberOf(HistoricMag)]
  return {
    id: Name,
    name: Name,
    objectId: Name,
    survey: 'Gaia',
    timestamp: timeOf(date),
    ra: numberOf(RaDeg),
    dec: numberOf(DecDeg),
    mag,
    band: mag === null ? null : 'G',
    score: mag === null || historic === null ? null : roundedTo4(Math.abs(mag - historic)),
    url: `https://gsaweb.ast.cam.ac.uk/alerts/alert/${Name}/`,
    classifications: Class && Class !== 'unknown' ? [{ label: Class, probability: null, classifier: 'Gaia Science Alerts' }] : []
  }
}

/** The number that a text stands for; null when it is not known. */
export function numberOf(text: string | undefined): number | null {
  const value = text ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : null
}

/** The instant that a text stands for [UTC, RFC 3339]; null when it is not known. */
export function timeOf(text: string | undefined): string | null {
  if (!text) return null
  const [date = '', time = ''] = text.split(/[T ]/)
  return new Date(`${date}T${time.replace(/^[0-9]:/, '0$&')}Z`).toISOString()
}

// Magnitudes have few digits; their difference must not show more.
function roundedTo4(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
