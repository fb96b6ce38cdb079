import { Type } from '@sinclair/typebox'
import { ifMatchFields, ifNoneMatchFields } from '../../http/etags.ts'
import { idempotencyFields } from '../../http/idempotency.ts'
import { ref } from '../../http/openapi.ts'
import { problemResponses } from '../../http/problems.ts'
import { located } from '../../http/response-headers.ts'
import {
  MembershipChange,
  MembershipResult,
  NewTargetList,
  TargetList,
  TargetListFilter,
  TargetListId,
  TargetListPage,
  TargetListPatch
} from './schemas.ts'

const tags = ['Target lists']

export const createTargetList = {
  operationId: 'createTargetList',
  summary: 'Make a target list',
  description: 'Makes a list without targets.',
  tags,
  headers: Type.Object(idempotencyFields),
  body: ref(NewTargetList),
  response: { 201: located(ref(TargetList), 'ETag'), ...problemResponses(409) }
}

export const listTargetLists = {
  operationId: 'listTargetLists',
  summary: 'List target lists',
  description: 'Target lists, oldest first. The targets of one are at /v1/targets?list=.',
  tags,
  querystring: TargetListFilter,
  response: { 200: ref(TargetListPage) }
}

export const getTargetList = {
  operationId: 'getTargetList',
  summary: 'Get a target list',
  description: 'One target list; its ETag is what PATCH and DELETE want as If-Match.',
  tags,
  params: TargetListId,
  headers: Type.Object(ifNoneMatchFields),
  response: { 200: ref(TargetList) }
}

export const editTargetList = {
  operationId: 'editTargetList',
  summary: 'Edit a target list',
  description: 'Changes what the patch names.',
  tags,
  consumes: ['application/merge-patch+json'],
  params: TargetListId,
  headers: Type.Object(ifMatchFields),
  body: ref(TargetListPatch),
  response: { 200: ref(TargetList), ...problemResponses(409, 412, 428) }
}

export const deleteTargetList = {
  operationId: 'deleteTargetList',
  summary: 'Delete a target list',
  description: 'Deletes the list; its targets stay.',
  tags,
  params: TargetListId,
  headers: Type.Object(ifMatchFields),
  response: { 204: Type.Null({ description: 'Deleted.' }), ...problemResponses(412, 428) }
}

export const changeTargetListMembers = {
  operationId: 'changeTargetListMembers',
  summary: 'Add targets to a list, or remove them',
  description: 'Adds and removes up to 10,000 targets each. What is so already stays so: asking twice does no harm.',
  tags,
  params: TargetListId,
  headers: Type.Object(idempotencyFields),
  body: ref(MembershipChange),
  response: { 200: ref(MembershipResult) }
}
