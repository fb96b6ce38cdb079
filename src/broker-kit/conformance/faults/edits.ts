import type { Outcome } from '../play.ts'
import { anyKind, type ContentFault, type ContentFaults, itemsOf, type Variation } from './content-fault.ts'
import { type Edit, editParts, regionOf } from './parts.ts'
import { isJson, isTable, keysIn, type Rewrite, repeatMembers, rewriteTokens } from './tokens.ts'

const rewriting =
  (rewrite: Rewrite): Edit =>
  (text, format) =>
    rewriteTokens(text, format, rewrite)
const numbersTo = (value: string) => rewriting(({ text, kind }) => (kind === 'number' ? value : text))
const textsTo = (value: string) => rewriting(({ text, kind }) => (kind === 'string' ? value : text))
const listsWrapped: Edit = (text, format) =>
  format === 'json'
    ? rewriteTokens(text, format, token => (token.text === '[' ? '{"list":[' : token.text === ']' ? ']}' : token.text))
    : text
const nulls: Edit = (text, format) =>
  rewriteTokens(text, format, token => (['string', 'number', 'word'].includes(token.kind) ? (format === 'json' ? 'null' : '') : token.text))
const renamed = (name: string | null) =>
  rewriting(({ text, kind, content }) =>
    kind === 'key' && (name === null || content === name) ? text.replace(content, `was ${content}`) : text
  )

/** Answers whose content is not what it was. What is unknown may be left out, what is another thing may not. */
export const edits: ContentFaults = {
  'NaN and Infinity for numbers': insideAndAround('anyhow', { NaN: numbersTo('NaN'), Infinity: numbersTo('-Infinity') }),
  'null for every value': insideAndAround('anyhow', { null: nulls }),
  'values of wrong types': insideAndAround('told', {
    'texts are numbers': textsTo('7'),
    'numbers are texts': numbersTo('"seven"'),
    'lists are objects': listsWrapped
  }),
  'members that are missing': {
    kinds: anyKind,
    mayEnd: 'told',
    variations: healthy => [
      ...editsOf(healthy, { inside: true, title: 'all members of the alerts are gone', edit: renamed(null) }),
      ...keysAround(healthy).flatMap(key => editsOf(healthy, { inside: false, title: `${key} is gone`, edit: renamed(key) }))
    ]
  },
  'members that come twice': {
    kinds: [],
    mayEnd: 'same',
    variations: healthy =>
      ifChanged(healthy, { title: 'all members come twice', edit: text => (isJson(text) ? repeatMembers(text) : text) })
  },
  'a page that is shorter than promised': {
    kinds: anyKind,
    mayEnd: 'anyhow',
    variations: healthy => pageEdits(healthy, (items, region) => region.replace(items.at(-1) ?? '', '').replace(/,\s*$/, ''))
  },
  'a page that is longer than promised': {
    kinds: anyKind,
    mayEnd: 'told',
    variations: healthy => pageEdits(healthy, (_items, region) => `${region},${region}`)
  },
  'an answer with nothing in it': {
    kinds: anyKind,
    mayEnd: 'anyhow',
    variations: ({ sent }) => {
      const header = sent.find(isTable)?.split('\n', 1) ?? []
      return [...(sent.every(isJson) ? ['{}', '[]', ' '] : header)].map(text => ({
        title: `the answer ${text}`,
        options: { edit: () => text }
      }))
    }
  }
}

function insideAndAround(mayEnd: ContentFault['mayEnd'], changes: Readonly<Record<string, Edit>>): ContentFault {
  const sides = [true, false]
  return {
    kinds: anyKind,
    mayEnd,
    variations: healthy =>
      Object.entries(changes).flatMap(([title, edit]) =>
        sides.flatMap(inside => editsOf(healthy, { inside, title: `${title}, ${inside ? 'in' : 'around'} the alerts`, edit }))
      )
  }
}

interface PartEdit {
  readonly inside: boolean
  readonly title: string
  readonly edit: Edit
}

function editsOf(healthy: Outcome, { inside, title, edit }: PartEdit): Variation[] {
  const items = itemsOf(healthy)
  return ifChanged(healthy, { title, edit: text => editParts(text, items, { inside, edit }) })
}

/** A change that changes nothing is no fault. */
function ifChanged({ sent }: Outcome, { title, edit }: { title: string; edit(text: string): string }): Variation[] {
  return sent.some(text => edit(text) !== text) ? [{ title, options: { edit } }] : []
}

function keysAround(healthy: Outcome): string[] {
  const items = itemsOf(healthy)
  const keys = healthy.sent.flatMap(text => {
    const around = editParts(text, items, { inside: true, edit: () => '' })
    if (isJson(text)) return keysIn(around, 'json')
    return isTable(text) ? keysIn(around.trim().split('\n', 1).join(), 'header') : []
  })
  return [...new Set(keys)]
}

/** Changes the items of every answer in JSON that has two; of one, there would be none left. */
function pageEdits(healthy: Outcome, change: (items: readonly string[], region: string) => string): Variation[] {
  const items = itemsOf(healthy)
  const edit = (text: string) => {
    const region = isJson(text) ? regionOf(text, items) : null
    if (region === null) return text
    const inside = text.slice(region.from, region.to)
    const own = items.filter(item => inside.includes(item))
    return own.length < 2 ? text : text.slice(0, region.from) + change(own, inside) + text.slice(region.to)
  }
  return ifChanged(healthy, { title: 'every page', edit })
}
