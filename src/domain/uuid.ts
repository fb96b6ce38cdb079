/** Answers the least UUIDv7 of a moment: what is made from then on is not below it. Time in milliseconds since 1970 [UTC]. */
export function firstUuidAt(milliseconds: number): string {
  const digits = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`
}

/** Answers when a UUIDv7 was made, in milliseconds since 1970 [UTC]. */
export function timeOfUuid(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
}
