import { type Classification, type GenericAlert, Nullable, type Static, type TargetDraft, Type } from '../../broker-kit/index.ts'

const Text = Type.Optional(Nullable(Type.String()))

/** What Sherlock says of an object by what lies around it on the sky. Empty when it has not looked yet. */
const Sherlock = Type.Object({ classification: Text, z: Type.Optional(Nullable(Type.Number())) })
/** What the Transient Name Server has of an object. Empty when it has nothing; what is unknown is left out. */
const TransientName = Type.Object({ tns_name: Text, tns_prefix: Text, type: Text, z: Type.Optional(Nullable(Type.Number())) })

/** What Lasair adds to a whole object. */
export const contextFields = { sherlock: Type.Optional(Nullable(Sherlock)), TNS: Type.Optional(Nullable(TransientName)) }

/** The same, as far as a row of the table of objects has it when other tables are joined. */
export const contextColumns = { sherlock_class: Text, tns_name: Text, tns_prefix: Text, tns_type: Text, classification: Text }

interface ContextFields {
  readonly sherlock?: Static<typeof Sherlock> | null
  readonly TNS?: Static<typeof TransientName> | null
}

type ContextColumns = Static<ReturnType<typeof rowOf>>
const rowOf = () => Type.Object(contextColumns)

/** What is known of an object from its surroundings and from the Transient Name Server, wherever it stood. */
export interface ObjectContext {
  readonly classifications: Classification[]
  /** With its prefix where that is known: 'SN2023bip'. */
  readonly tnsName: string | null
  readonly extras: Readonly<Record<string, string | number>>
}

/** Reads it from a whole object. The Transient Name Server knows spectra, Sherlock only what lies around: it comes second. */
export function contextOfObject({ sherlock, TNS }: ContextFields): ObjectContext {
  return contextOf({ sherlock: sherlock?.classification, type: TNS?.type, name: TNS?.tns_name, prefix: TNS?.tns_prefix, redshift: TNS?.z })
}

/** Reads it from a row. A column that is just called classification was selected by the user, from Sherlock or an annotator. */
export function contextOfRow({ sherlock_class, tns_name, tns_prefix, tns_type, classification }: ContextColumns): ObjectContext {
  const { classifications, ...rest } = contextOf({ sherlock: sherlock_class, type: tns_type, name: tns_name, prefix: tns_prefix })
  const isOther = typeof classification === 'string' && classification !== '' && classification !== sherlock_class
  return { ...rest, classifications: [...classifications, ...(isOther ? [labelled(classification, null)] : [])] }
}

interface Facts {
  readonly sherlock?: string | null | undefined
  readonly type?: string | null | undefined
  readonly name?: string | null | undefined
  readonly prefix?: string | null | undefined
  readonly redshift?: number | null | undefined
}

function contextOf({ sherlock, type, name, prefix, redshift }: Facts): ObjectContext {
  return {
    classifications: [...(type ? [labelled(type, 'TNS')] : []), ...(sherlock ? [labelled(sherlock, 'Sherlock')] : [])],
    tnsName: name ? `${prefix ?? ''}${name}` : null,
    extras: {
      ...(sherlock && { sherlockClassification: sherlock }),
      ...(type && { tnsType: type }),
      ...(typeof redshift === 'number' && { redshift })
    }
  }
}

function labelled(label: string, classifier: string | null): Classification {
  return { label, probability: null, classifier }
}

/** The target of an object: its name at the Transient Name Server becomes an alias. */
export function targetOf({ name, ra, dec }: GenericAlert, { tnsName, extras }: ObjectContext): TargetDraft {
  return { name, type: 'SIDEREAL', ra, dec, aliases: tnsName === null ? [] : [tnsName], extras }
}
