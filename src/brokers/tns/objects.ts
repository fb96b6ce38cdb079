import {
  type AlertOrigin,
  compileCheck,
  type GenericAlert,
  Nullable,
  type Static,
  type TargetDraft,
  Type,
  UtcText,
  utcTextToIso
} from '../../broker-kit/index.ts'
import { groupIn, MaybeNumber, nameIn, numberOf } from './fields.ts'

const MaybeText = Type.Optional(Nullable(Type.String()))
const unknownTime = '^(0000-00-00.*)?$'

const TnsObject = Type.Object({
  objname: Type.String({ pattern: '^[A-Za-z0-9_-]{1,50}$' }),
  name_prefix: MaybeText,
  radeg: MaybeNumber,
  decdeg: MaybeNumber,
  discoverydate: Type.Optional(Nullable(Type.String({ anyOf: [{ pattern: UtcText.pattern }, { pattern: unknownTime }] }))),
  discoverymag: MaybeNumber,
  discmagfilter: Type.Optional(Type.Unknown()),
  object_type: Type.Optional(Type.Unknown()),
  discovery_data_source: Type.Optional(Type.Unknown()),
  internal_names: MaybeText,
  redshift: MaybeNumber,
  host_redshift: MaybeNumber,
  hostname: MaybeText
})
type TnsObject = Static<typeof TnsObject>

/** The shape before TNS 2.0, which put the object under `reply`. */
const Older = Type.Object({ reply: TnsObject })

/** An object of the Transient Name Server. Said this way rather than as a union, so that a complaint is about the shape that it is. */
export const TnsAlert = Type.Unsafe<TnsObject | Static<typeof Older>>({
  type: 'object',
  properties: { ...TnsObject.properties, ...Older.properties },
  if: { required: ['reply'] },
  else: { required: TnsObject.required }
})
type TnsAlert = Static<typeof TnsAlert>

/** Tells whether an answer names an object at all. */
export const isNamed = compileCheck(
  Type.Union([Type.Object({ objname: Type.String() }), Type.Object({ reply: Type.Object({ objname: Type.String() }) })])
)

/** The generic alert of one object. */
export function toGeneric(alert: TnsAlert, { baseUrl }: AlertOrigin): GenericAlert {
  const { objname, name_prefix, radeg, decdeg, discoverydate, discoverymag, discmagfilter, object_type, discovery_data_source } =
    objectIn(alert)
  const label = nameIn(object_type)
  // The "magnitude" of a fast radio burst is a flux.
  const mag = name_prefix === 'FRB' ? null : numberOf(discoverymag)
  return {
    id: objname,
    name: `${name_prefix ?? ''}${objname}`,
    objectId: objname,
    survey: groupIn(discovery_data_source),
    timestamp: timeOf(discoverydate),
    ra: numberOf(radeg),
    dec: numberOf(decdeg),
    mag,
    band: mag === null ? null : nameIn(discmagfilter),
    score: name_prefix === 'SN' ? 1 : 0,
    url: new URL(`/object/${objname}`, baseUrl).href,
    classifications: label === null ? [] : [{ label, probability: null, classifier: 'TNS' }]
  }
}

/** The target of one object: the names that surveys gave it become aliases. */
export function toTarget(alert: TnsAlert, { name, ra, dec }: GenericAlert): TargetDraft {
  const { objname, internal_names, redshift, host_redshift, hostname, object_type } = objectIn(alert)
  const internal = (internal_names ?? '').split(',').flatMap(text => (text.trim() === '' ? [] : [text.trim()]))
  // What LSST reports, by its own id as other brokers know it.
  const lsst = internal.flatMap(text => /^LSST-P-DO-([0-9]+)$/.exec(text)?.[1] ?? [])
  const extras = {
    redshift: numberOf(redshift),
    hostRedshift: numberOf(host_redshift),
    hostName: hostname || null,
    type: nameIn(object_type)
  }
  return {
    name,
    type: 'SIDEREAL',
    ra,
    dec,
    // The bare name stays the same when an AT becomes an SN.
    aliases: [...new Set([objname, ...internal, ...lsst])].filter(alias => alias !== name),
    extras: Object.fromEntries(Object.entries(extras).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
  }
}

function objectIn(alert: TnsAlert): TnsObject {
  return isOlder(alert) ? alert.reply : alert
}

function isOlder(alert: TnsAlert): alert is Static<typeof Older> {
  return 'reply' in alert
}

function timeOf(text: string | null | undefined): string | null {
  return text === undefined || text === null || /^(0000.*)?$/.test(text) ? null : utcTextToIso(text)
}
