import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAddresses } from './read-addresses.ts'

test('addresses are read from whatever stands between them', () => {
  assert.deepEqual(readAddresses(' 203.0.113.7, 2001:db8::1;\n203.0.113.7\n\t198.51.100.2'), {
    addresses: ['203.0.113.7', '2001:db8::1', '198.51.100.2'],
    wrong: [],
    own: [],
  })
})

test('what is no address is named', () => {
  const { addresses, wrong } = readAddresses(
    'example.com 1.2.3 203.0.113.300 203.0.113.0/24 http://203.0.113.7 203.0.113.7',
  )
  assert.deepEqual(addresses, ['203.0.113.7'])
  assert.deepEqual(wrong, ['example.com', '1.2.3', '203.0.113.300', '203.0.113.0/24', 'http://203.0.113.7'])
  assert.deepEqual(readAddresses(' \n').addresses, [])
})

test('addresses of one’s own are told apart', () => {
  const own = [
    '10.1.2.3',
    '127.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '172.31.255.1',
    '169.254.1.1',
    '::1',
    'fd00::1',
    'fe80::1',
  ]
  assert.deepEqual(readAddresses(own.join(' ')).own, own)
  assert.deepEqual(readAddresses('172.32.0.1 11.0.0.1 192.169.0.1 2001:db8::fd').own, [])
})
