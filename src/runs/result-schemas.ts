import { Type } from '@sinclair/typebox'
import { alertFields } from '../alerts/schemas.ts'
import { StringEnum } from '../domain/schema.ts'
import { component, defaulted } from '../http/openapi.ts'
import { pageOf } from '../http/pagination.ts'

const cursorField = Type.String({ description: '`cursor` that goes on behind this item.' })

/** An alert that a run received. */
export const RunAlert = component(
  'RunAlert',
  Type.Object(
    {
      ...alertFields,
      outcome: StringEnum(['new', 'changed', 'duplicate'], { description: 'What the alert was to the service when this run received it.' }),
      cursor: cursorField
    },
    { description: 'An alert as a run received it.' }
  )
)

/** A raw alert that a run could not read. */
export const Rejection = component(
  'Rejection',
  Type.Object(
    {
      reason: Type.String({ description: 'Why it could not be read.' }),
      raw: Type.String({ description: "The broker's own text; what is no UTF-8, or U+0000, stands as U+FFFD." }),
      rawType: Type.String({ description: 'Media type of raw.' }),
      cursor: cursorField
    },
    { description: 'A raw alert that could not be read.' }
  )
)

export const RunAlertPage = pageOf('RunAlertPage', RunAlert)
export const RejectionPage = pageOf('RejectionPage', Rejection)

/** Query parameters of the alerts of a run as a stream. */
export const StreamQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({ maxLength: 2000, description: '`cursor` of the last item that was read; left out to begin with the first.' })
    ),
    follow: defaulted(Type.Boolean({ default: false, description: 'Whether to wait for more until the run has ended.' }))
  },
  { additionalProperties: false }
)
