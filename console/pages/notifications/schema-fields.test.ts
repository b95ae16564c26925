import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf, missingFields, sentValues, settingErrors, startValues } from './schema-fields.ts'

const schema = {
  type: 'object',
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    host: { type: 'string', maxLength: 253 },
    security: { default: 'starttls', type: 'string', enum: ['tls', 'starttls', 'none'] },
    password: { type: 'string', maxLength: 500 },
    to: { type: 'array', items: { type: 'string' } },
    headers: { default: {}, type: 'object', additionalProperties: { type: 'string' } },
    body: { default: 'to={to}', type: 'string', maxLength: 5_000 },
    ca: { type: 'string', maxLength: 50_000 },
    allow: { default: false, type: 'boolean' },
  },
  required: ['host', 'to', 'password'],
}
const fields = fieldsOf(schema, ['password', 'body'])

test('each setting gets its widget, needed ones first', () => {
  assert.deepEqual(
    fields.map(({ name, widget, secret }) => `${name}:${widget}${secret ? ':secret' : ''}`),
    [
      'host:text',
      'password:secret:secret',
      'to:list',
      'port:number',
      'security:choice',
      'headers:pairs',
      'body:long:secret',
      'ca:long',
      'allow:switch',
    ],
  )
  assert.deepEqual(fieldsOf('nonsense', []), [])
})

test('a form begins with what is set, else with what the schema says; secrets begin empty', () => {
  assert.deepEqual(startValues(fields), { security: 'starttls', headers: {}, allow: false })
  assert.equal(startValues(fields, { security: 'tls' })['security'], 'tls')
})

test('what is empty is not sent, so that secrets stay', () => {
  assert.deepEqual(sentValues(fields, { host: ' mail ', password: '', to: [], headers: {}, allow: false, port: 25 }), {
    host: 'mail',
    port: 25,
    allow: false,
  })
  assert.deepEqual(missingFields(fields, { host: 'mail' }, []), ['password', 'to'])
  assert.deepEqual(missingFields(fields, { host: 'mail', to: ['a@b'] }, ['password']), [])
})

test('errors of the center find their fields', () => {
  const { byField, rest } = settingErrors(
    'sms-http: host must be a name; to.0 must be digits; a password needs a user',
    fields,
  )
  assert.deepEqual(
    [...byField],
    [
      ['host', 'must be a name'],
      ['to', 'must be digits'],
    ],
  )
  assert.equal(rest, 'a password needs a user')
})
