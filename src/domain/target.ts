import type { GenericAlert } from './alert.ts'

/** What a new target is made of; fields and units are those of `Target`, what is left out is unknown. */
export interface TargetDraft {
  readonly name: string
  readonly type: 'SIDEREAL' | 'NON_SIDEREAL'
  readonly ra?: number | null
  readonly dec?: number | null
  readonly aliases?: readonly string[]
  readonly extras?: Readonly<Record<string, string | number | boolean>>
  readonly scheme?: 'MPC_MINOR_PLANET' | 'MPC_COMET' | 'JPL_MAJOR_PLANET' | null
  readonly elements?: Readonly<Record<string, number | null>>
}

/** Each broker counts its own small numbers: they name nothing elsewhere. */
const smallNumber = /^\d{1,11}$/

/** Makes a sidereal target of what a generic alert says; what the broker calls the object becomes a name as well. */
export function targetFromAlert({ name, ra, dec, objectId }: GenericAlert): TargetDraft {
  const aliases = !objectId || objectId === name || smallNumber.test(objectId) ? [] : [objectId]
  return { name, type: 'SIDEREAL', ra, dec, aliases }
}
