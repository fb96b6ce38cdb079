import { Type } from '../../../src/broker-kit/index.ts'
import { type Fault, healthy, readme, scenario, withParameter } from './fault.ts'

/** Faults in what a module says of itself. */
export const sayingFaults: Readonly<Record<string, Fault>> = {
  'an id that is not the folder': {
    caughtBy: 'the registry takes the module, and its id is the name of its folder',
    module: { id: 'other-broker' }
  },
  'an id with capitals': { caughtBy: 'the registry takes the module, and its id is the name of its folder', module: { id: 'PagedBroker' } },
  'no documentation': { caughtBy: 'the module says who it is', module: { docs: 'somewhere' } },
  'a parameter without description': {
    caughtBy: 'every parameter and setting is described',
    module: withParameter('plain', { type: 'string' })
  },
  'a setting without description': {
    caughtBy: 'every parameter and setting is described',
    module: { settings: Type.Object({ ...healthy.settings?.properties, other: Type.Optional(Type.String()) }) }
  },
  'a number without unit': {
    caughtBy: 'every number has its unit in brackets',
    module: withParameter('speed', { type: 'number', description: 'How fast it moves.' })
  },
  'a list of numbers without unit': {
    caughtBy: 'every number has its unit in brackets',
    module: withParameter('speeds', { type: 'array', items: { type: 'number' }, description: 'How fast they move.' })
  },
  'a default that does not fit': {
    caughtBy: 'defaults and examples fit their own schema',
    module: withParameter('class', { type: 'string', description: 'Class of the object.', default: 7 })
  },
  'an example that does not fit': {
    caughtBy: 'defaults and examples fit their own schema',
    module: withParameter('class', { type: 'string', description: 'Class of the object.', examples: ['SN', null] })
  },
  'an open object within the parameters': {
    caughtBy: 'unknown parameters are refused, at every depth',
    module: withParameter('box', { type: 'object', description: 'A box on the sky.', properties: {} })
  },
  'a rule that throws': {
    caughtBy: 'rules across parameters answer complaints and never throw',
    module: {
      check: ({ cone }) => {
        if (cone === undefined) throw new Error('no cone')
        return []
      }
    }
  },
  'a rule that points nowhere': {
    caughtBy: 'rules across parameters answer complaints and never throw',
    module: { check: ({ name }) => (name === 'A' ? [{ pointer: 'name', message: 'is bad' }] : []) }
  },
  'a README without Known gaps': {
    caughtBy: 'the README has its sections and a current table of parameters',
    subject: { readme: readme.slice(0, readme.indexOf('## Known gaps')) }
  },
  'a README with an old table': {
    caughtBy: 'the README has its sections and a current table of parameters',
    subject: { readme: readme.replace('Faintest magnitude wanted', 'Magnitude') }
  },
  'a README that forgets a credential': {
    caughtBy: 'the README has its sections and a current table of parameters',
    subject: { readme: readme.replace('BROKER_PAGED_BROKER_API_TOKEN', 'a token') }
  },
  'a real token in a fixture': {
    caughtBy: 'fixtures hold no secret',
    subject: scenario('nothing', { settings: { apiToken: 'f00ba4f00ba4f00ba4' } })
  },
  'a real token in a recorded request': {
    caughtBy: 'fixtures hold no secret',
    subject: scenario('nothing', { exchanges: [{ path: 'alerts?name=nobody&since=60000.5&page=1&api_key=f00ba4f00ba4', text: '{}' }] })
  }
}
