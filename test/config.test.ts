import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { Variables } from '../src/config/variables.ts'
import { readConfig } from '../src/config.ts'

const secret = 'correct-horse-battery'

describe('the configuration', () => {
  it('has a default for everything', () => {
    assert.deepEqual(readConfig({}), {
      config: {
        host: '127.0.0.1',
        port: 3000,
        role: 'all',
        databaseUrl: null,
        dataDir: resolve('.data'),
        logLevel: 'info',
        apiTokens: [],
        brokerModules: [],
        enabledBrokers: null,
        workerConcurrency: 4,
        runRetentionDays: null,
        matchRadius: 2,
        brokerVariables: { BROKER_MY_BROKER_BASE_URL: 'http://127.0.0.1:3000/examples/my-broker/' }
      },
      faults: []
    })
  })

  it('takes what the environment says', () => {
    const { config, faults } = readConfig({
      HOST: '::',
      PORT: ' 8080 ',
      ROLE: 'worker',
      DATABASE_URL: 'postgresql://user:p%40ss@db/alerts',
      DATA_DIR: '/var/lib/alerts',
      LOG_LEVEL: 'debug',
      API_TOKENS: `alice:${secret}, bob:with:colons:${secret}`,
      BROKER_MODULES: './fink.ts, antares-broker,',
      ENABLED_BROKERS: 'my-broker',
      WORKER_CONCURRENCY: '16',
      RUN_RETENTION_DAYS: '90',
      MATCH_RADIUS: '0.5',
      BROKER_LASAIR_ZTF_API_TOKEN: 'x',
      HOME: '/root'
    })
    assert.deepEqual(faults, [])
    assert.deepEqual(config, {
      host: '::',
      port: 8080,
      role: 'worker',
      databaseUrl: 'postgresql://user:p%40ss@db/alerts',
      dataDir: '/var/lib/alerts',
      logLevel: 'debug',
      apiTokens: [
        { name: 'alice', secret },
        { name: 'bob', secret: `with:colons:${secret}` }
      ],
      brokerModules: ['./fink.ts', 'antares-broker'],
      enabledBrokers: ['my-broker'],
      workerConcurrency: 16,
      runRetentionDays: 90,
      matchRadius: 0.5,
      brokerVariables: { BROKER_MY_BROKER_BASE_URL: 'http://127.0.0.1:8080/examples/my-broker/', BROKER_LASAIR_ZTF_API_TOKEN: 'x' }
    })
  })

  it('takes an empty variable for an unset one', () => {
    const names = [...Object.keys(Variables.properties), 'BROKER_FINK_BASE_URL']
    assert.deepEqual(readConfig(Object.fromEntries(names.map(name => [name, ' ']))), readConfig({}))
  })

  it('cannot be changed', () => {
    const { config } = readConfig({ API_TOKENS: `alice:${secret}`, ENABLED_BROKERS: 'my-broker' })
    for (const value of [config, config.apiTokens, config.brokerModules, config.enabledBrokers, config.brokerVariables]) {
      assert.ok(Object.isFrozen(value))
    }
  })

  it('tells all faults at once, each by the name of its variable and what would be right', () => {
    const { faults } = readConfig({
      HOST: '0.0.0.0',
      PORT: '80a',
      ROLE: 'boss',
      DATABASE_URL: 'mysql://db/alerts',
      LOG_LEVEL: 'loud',
      WORKER_CONCURRENCY: '-1',
      RUN_RETENTION_DAYS: 'two',
      MATCH_RADIUS: '-1.5'
    })
    assert.deepEqual(faults, [
      'PORT must be an integer; it is "80a".',
      'ROLE must be one of "all", "api", "worker"; it is "boss".',
      'LOG_LEVEL must be one of "fatal", "error", "warn", "info", "debug", "trace", "silent"; it is "loud".',
      'WORKER_CONCURRENCY must be >= 1; it is "-1".',
      'RUN_RETENTION_DAYS must be an integer; it is "two".',
      'MATCH_RADIUS must be > 0; it is "-1.5".',
      'HOST is "0.0.0.0", which other machines can reach: set API_TOKENS to say who may call, or listen on 127.0.0.1.',
      'DATABASE_URL must be postgresql://user:password@host:5432/name, with special characters in the password percent-encoded.'
    ])
  })

  it('lets only this machine in without tokens', () => {
    for (const HOST of ['127.0.0.1', '127.8.9.10', '::1', 'localhost']) assert.deepEqual(readConfig({ HOST }).faults, [])
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'alerts.example.org', '::ffff:10.0.0.1', '0']) {
      assert.match(readConfig({ HOST }).faults.join(), /API_TOKENS/, HOST)
      assert.deepEqual(readConfig({ HOST, API_TOKENS: `alice:${secret}` }).faults, [])
    }
  })

  it('blames HOST alone for a HOST that is none', () => {
    for (const HOST of ['bad host', 'http://localhost', 'a/b', 'user@host', '[::1]', 'host:3000']) {
      const { config, faults } = readConfig({ HOST, API_TOKENS: `alice:${secret}` })
      assert.deepEqual(faults, [`HOST must be an IP address or the name of a host; it is "${HOST}".`])
      assert.deepEqual(config.brokerVariables, {})
    }
    assert.deepEqual(readConfig({ HOST: 'fe80::1%eth0', API_TOKENS: `alice:${secret}` }).faults, [])
  })

  it('gives each caller a name and a secret that no other has', () => {
    const faults = (API_TOKENS: string) => readConfig({ API_TOKENS }).faults
    assert.match(faults(`alice:${secret},alice:${secret}2`).join(), /entry 2 of 2 has the name of an earlier entry/)
    assert.match(faults(`alice:${secret},bob:${secret}`).join(), /entry 2 of 2 has the secret of an earlier entry/)
    assert.match(faults('alice:short').join(), /entry 1 of 1 has a secret of 5 characters; it must have at least 16/)
    assert.match(faults(`alice:${secret} ${secret}`).join(), /visible ASCII/)
    assert.match(faults(`alice:${secret},`).join(), /entry 2 of 2 must be name:secret/)
    assert.match(faults(secret).join(), /entry 1 of 1 must be name:secret/)
  })

  it('refuses a database URL that asks for what would be ignored', () => {
    assert.match(readConfig({ DATABASE_URL: 'postgresql://db/alerts?schema=tom' }).faults.join(), /must not name a schema/)
    assert.deepEqual(readConfig({ DATABASE_URL: 'postgresql:///alerts?host=/run/postgresql' }).faults, [])
  })

  it('never repeats a secret in a fault', () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9]{6,40}$/).map(text => `s3cret${text}`)
    fc.assert(
      fc.property(
        secrets,
        fc.constantFrom('', ':', 'alice:', ','),
        fc.constantFrom('', ',', ' x', ':x', ',alice:'),
        (hidden, before, after) => {
          const { faults } = readConfig({
            API_TOKENS: before + hidden + after,
            DATABASE_URL: `mysql://user:${hidden}@db/alerts`,
            HOST: '0.0.0.0'
          })
          assert.ok(!faults.join().includes(hidden))
        }
      )
    )
  })

  it('points the tutorial at the address where this service listens', () => {
    const address = (environment: Record<string, string>) => readConfig(environment).config.brokerVariables['BROKER_MY_BROKER_BASE_URL']
    assert.equal(address({ HOST: '0.0.0.0', PORT: '80' }), 'http://127.0.0.1:80/examples/my-broker/')
    assert.equal(address({ HOST: '::1' }), 'http://[::1]:3000/examples/my-broker/')
    assert.equal(address({ BROKER_MY_BROKER_BASE_URL: 'http://api:3000/x/' }), 'http://api:3000/x/')
  })
})

describe('.env.example', () => {
  it('has every variable, with its default and what it does', async () => {
    const text = await readFile(resolve(import.meta.dirname, '../.env.example'), 'utf8')
    for (const [name, { default: standard = '', description }] of Object.entries(Variables.properties)) {
      assert.ok(
        text.includes(`\n# ${description}\n# ${name}=${standard}\n`),
        `${name} must be there as "# ${description}" and "# ${name}=${standard}"`
      )
    }
    const named = [...text.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name)
    assert.deepEqual(
      named.filter(name => !name?.startsWith('BROKER_ALERCE_ZTF_')),
      Object.keys(Variables.properties)
    )
  })

  it('can be copied as it is, and uncommented', async () => {
    const text = await readFile(resolve(import.meta.dirname, '../.env.example'), 'utf8')
    assert.deepEqual(readConfig(parseEnv(text)), readConfig({}))
    assert.deepEqual(readConfig(parseEnv(text.replaceAll(/^# ([A-Z_]+=)/gm, '$1'))).faults, [])
  })
})
