import { Type } from '@sinclair/typebox'
import { RawText } from '../alerts/schemas.ts'
import { ifMatchFields, ifNoneMatchFields } from '../http/etags.ts'
import { idempotencyFields } from '../http/idempotency.ts'
import { ref } from '../http/openapi.ts'
import { PageQuery } from '../http/pagination.ts'
import { problemResponses } from '../http/problems.ts'
import { located, withHeaders } from '../http/response-headers.ts'
import { previewFields } from './batch-schemas.ts'
import { TargetFilter } from './filter-schemas.ts'
import { TargetCreation } from './new-target-schemas.ts'
import { NewTargetName, TargetAlertId, TargetAlertPage, TargetMerge, TargetName, TargetNameId, TargetNamePage } from './part-schemas.ts'
import { MatchedTarget, Target, TargetId, TargetPage, TargetPatch } from './schemas.ts'

const tags = ['Targets']
const onlyIfMatch = { headers: Type.Object(ifMatchFields) }
const unlessMatch = { headers: Type.Object(ifNoneMatchFields) }

export const createTarget = {
  operationId: 'createTarget',
  summary: 'Make a target',
  description:
    'Makes a target of a stored alert, or of what the body says. A target that exists already, by the alert, by a name in any spelling or by a position within `matchRadius`, answers with 200 instead and gets the new names; nothing else of it changes. `match` says why. 409 when it is not clear which target is meant: several match, or the one of this name is more than 60 arcsec away; the problem lists them in `matches`.',
  tags,
  headers: Type.Object(idempotencyFields),
  querystring: Type.Object(previewFields, { additionalProperties: false }),
  body: ref(TargetCreation),
  response: {
    200: located({ ...ref(MatchedTarget), description: 'The target was there already, or this is a preview.' }, 'ETag'),
    201: located({ ...ref(MatchedTarget), description: 'The target is new.' }, 'ETag'),
    ...problemResponses(409)
  }
}

export const listTargets = {
  operationId: 'listTargets',
  summary: 'List targets',
  description:
    'Targets, newest first unless `sort` says otherwise; `ra`, `dec` and `radius` together search a cone, `raMin`, `raMax`, `decMin` and `decMax` a box. What is made while a list is read neither moves nor hides what is on its later pages.',
  tags,
  querystring: TargetFilter,
  response: { 200: ref(TargetPage) }
}

export const getTarget = {
  operationId: 'getTarget',
  summary: 'Get a target',
  description: 'One target; its ETag is what PATCH and DELETE want as If-Match.',
  tags,
  params: TargetId,
  ...unlessMatch,
  response: { 200: ref(Target) }
}

export const editTarget = {
  operationId: 'editTarget',
  summary: 'Edit a target',
  description: 'Changes what the patch names. A new name becomes the primary one, and the old one an alias.',
  tags,
  consumes: ['application/merge-patch+json'],
  params: TargetId,
  ...onlyIfMatch,
  body: ref(TargetPatch),
  response: { 200: ref(Target), ...problemResponses(409, 412, 428) }
}

export const deleteTarget = {
  operationId: 'deleteTarget',
  summary: 'Delete a target',
  description: 'Deletes a target with its names, its extras and its links to alerts; the alerts stay.',
  tags,
  params: TargetId,
  ...onlyIfMatch,
  response: { 204: Type.Null({ description: 'Deleted.' }), ...problemResponses(412, 428) }
}

export const mergeTarget = {
  operationId: 'mergeTarget',
  summary: 'Merge another target into this one',
  description:
    'Makes one target of two that are the same object: names, alerts, light curve, lists and extras of the other become those of this one, what this one knows already stays as it is, and the other is deleted. The name of the other becomes an alias; parallax, distance and the like are taken over where this one knows nothing of them, the position and the orbit never. 409 when one of the two moves and the other does not.',
  tags,
  params: TargetId,
  headers: Type.Object(idempotencyFields),
  body: ref(TargetMerge),
  response: { 200: withHeaders(ref(Target), 'ETag'), ...problemResponses(409) }
}

export const listTargetAlerts = {
  operationId: 'listTargetAlerts',
  summary: 'List the alerts of a target',
  description: 'The alerts that a target came from, newest first. It keeps copies of its own, so that they outlive the alerts.',
  tags,
  params: TargetId,
  querystring: PageQuery,
  response: { 200: ref(TargetAlertPage) }
}

export const getRawTargetAlert = {
  operationId: 'getRawTargetAlert',
  summary: 'Get the raw text of an alert of a target',
  description: "The broker's own text to the byte, from the copy that the target keeps.",
  tags,
  params: TargetAlertId,
  ...unlessMatch,
  response: { 200: RawText }
}

export const listTargetNames = {
  operationId: 'listTargetNames',
  summary: 'List the names of a target',
  description: 'The primary name of a target and its aliases, oldest first.',
  tags,
  params: TargetId,
  querystring: PageQuery,
  response: { 200: ref(TargetNamePage) }
}

export const addTargetName = {
  operationId: 'addTargetName',
  summary: 'Give a target an alias',
  description: 'Adds a name; one that it has already, in any spelling, answers with 200 as it is.',
  tags,
  params: TargetId,
  headers: Type.Object(idempotencyFields),
  body: ref(NewTargetName),
  response: {
    200: { ...ref(TargetName), description: 'The target has this name already.' },
    201: { ...ref(TargetName), description: 'The alias is new.' },
    ...problemResponses(409)
  }
}

export const removeTargetName = {
  operationId: 'removeTargetName',
  summary: 'Take an alias from a target',
  description: 'Deletes an alias. If-Match is the ETag of the target. The primary name cannot be deleted: rename the target first.',
  tags,
  params: TargetNameId,
  ...onlyIfMatch,
  response: { 204: Type.Null({ description: 'Deleted.' }), ...problemResponses(409, 412, 428) }
}
