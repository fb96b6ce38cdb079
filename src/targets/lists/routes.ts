import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Database, inPrismaTransaction } from '../../database.ts'
import { expectedVersions, sendResource, stale, versionTag } from '../../http/etags.ts'
import { idempotently, sendAnswer } from '../../http/idempotency.ts'
import { sendPage } from '../../http/pagination.ts'
import { repeatOnRace } from '../repeat-on-race.ts'
import { createList, editList, getList, pageOfLists, toTargetList } from './edit-list.ts'
import * as operations from './operations.ts'
import { changeMembers, deleteList, type StoredList } from './store.ts'

type Effect = Parameters<typeof idempotently>[0]['effect']

// The size is no part of what is edited, but of what is shown.
const tagOf = ({ version, size }: StoredList) => versionTag(version, size)

/** Target lists over HTTP. */
export const targetListRoutes =
  ({ database }: { readonly database: Database }): FastifyPluginAsyncTypebox =>
  async app => {
    app.post('/target-lists', { schema: operations.createTargetList }, async (request, reply) => {
      const effect: Effect = async tx => {
        const list = await createList(tx, request.body, request.caller)
        return { status: 201, body: toTargetList(list), headers: { Location: `/v1/target-lists/${list.id}`, ETag: tagOf(list) } }
      }
      return sendAnswer(reply, await repeatOnRace(() => idempotently({ request, database, effect })))
    })

    app.get('/target-lists', { schema: operations.listTargetLists }, async (request, reply) => {
      const { items, next } = await pageOfLists(database.prisma, request.query)
      return sendPage(request, reply, { items: items.map(toTargetList), next })
    })

    app.get('/target-lists/:listId', { schema: operations.getTargetList }, async ({ params }, reply) => {
      const list = await getList(database.prisma, params.listId)
      return sendResource(reply, toTargetList(list), tagOf(list))
    })

    app.patch('/target-lists/:listId', { schema: operations.editTargetList }, async (request, reply) => {
      const edit = { id: request.params.listId, expected: expectedVersions(request), patch: request.body }
      const list = await repeatOnRace(() => inPrismaTransaction(database, tx => editList({ tx, ...edit })))
      return reply.header('ETag', tagOf(list)).send(toTargetList(list))
    })

    app.delete('/target-lists/:listId', { schema: operations.deleteTargetList }, async (request, reply) => {
      const id = request.params.listId
      if (await deleteList(database.prisma, { id, versions: expectedVersions(request) })) return reply.code(204).send(null)
      await getList(database.prisma, id)
      throw stale()
    })

    app.post('/target-lists/:listId/targets', { schema: operations.changeTargetListMembers }, async (request, reply) => {
      const effect: Effect = async tx => {
        await getList(tx, request.params.listId)
        return { status: 200, body: await changeMembers(tx, request.params.listId, request.body) }
      }
      return sendAnswer(reply, await repeatOnRace(() => idempotently({ request, database, effect })))
    })
  }
