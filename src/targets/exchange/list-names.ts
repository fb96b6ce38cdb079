import { ListName } from '../../domain/name.ts'
import { compileCheck } from '../../domain/schema.ts'

const isListName = compileCheck(ListName)

/** What is wrong with names of lists; undefined when nothing is. */
export function checkLists(names: readonly unknown[]): string | undefined {
  return names.every(isListName) ? undefined : 'must be names of lists: not empty, without commas, at most 200 characters'
}
