/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object of whatever members. */
export interface JsonObject {
  readonly [member: string]: Json | undefined
}

/** Applies a JSON Merge Patch (RFC 7396): null removes a member, an object is merged, anything else replaces what was there. */
export function mergePatch(target: Json, patch: Json): Json {
  return isObject(patch) ? mergeObject(target, patch) : patch
}

/** Applies a merge patch that is an object; the result is one too. */
export function mergeObject(target: Json, patch: JsonObject): JsonObject {
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, member] of Object.entries(patch)) {
    if (member === null || member === undefined) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name) ?? null, member))
  }
  return Object.fromEntries(merged)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
