import { Type } from '@sinclair/typebox'
import { type Complaint, compileCheck } from './schema.ts'
import { readDegrees, readHours } from './sky-angle.ts'

/** A direction on the sky as a client may say it; `readPlace` turns text into degrees. */
export const placeInputFields = {
  ra: Type.Unsafe<number>({
    type: ['number', 'string'],
    minimum: 0,
    exclusiveMaximum: 360,
    description: 'ICRS right ascension [deg], or sexagesimal text in hours, such as 00:35:56.71, 00h35m56.7s or 00 35 56.7.'
  }),
  dec: Type.Unsafe<number>({
    type: ['number', 'string'],
    minimum: -90,
    maximum: 90,
    description: 'ICRS declination [deg], or sexagesimal text in degrees, such as -20:30:15.2, -20d30m15.2s or -20 30 15.2.'
  })
}

const hasTextPlace = compileCheck(Type.Union([Type.Object({ ra: Type.String() }), Type.Object({ dec: Type.String() })]))
const readers = { ra: readHours, dec: readDegrees }
const forms = {
  ra: 'must be a number [deg], or sexagesimal text from 0 h to 24 h as in 00:35:56.71',
  dec: 'must be a number [deg], or sexagesimal text from -90 to 90 degrees as in -20:30:15.2'
}

/** Turns the position that an object has as sexagesimal text, if any, into degrees. */
export function readPlace<T>(value: T): { readonly value: T; readonly complaints: Complaint[] } {
  if (!hasTextPlace(value)) return { value, complaints: [] }
  const places = (['ra', 'dec'] as const).map(name => {
    const text: unknown = Reflect.get(value, name)
    return { name, text, angle: typeof text === 'string' ? readers[name](text) : undefined }
  })
  const complaints = places
    .filter(({ text, angle }) => typeof text === 'string' && angle === undefined)
    .map(({ name }) => ({ pointer: `/${name}`, message: forms[name] }))
  const angles = places.filter(({ angle }) => angle !== undefined).map(({ name, angle }) => [name, angle])
  return { value: { ...value, ...Object.fromEntries(angles) }, complaints }
}
