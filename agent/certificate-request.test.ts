import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { Pkcs10CertificateRequest } from '@peculiar/x509'
import { newKeyAndRequest } from './certificate-request.ts'

for (const name of ['davylamp agent', 'x'.repeat(300), 'ü'])
  test(`another library reads the request and its signature holds: ${name.slice(0, 20)}`, async () => {
    const { privateKey, request } = newKeyAndRequest(name)
    const read = new Pkcs10CertificateRequest(request)
    assert.equal(await read.verify(), true)
    assert.equal(read.subjectName.getField('CN')[0], name)
    const own = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'der' })
    assert.deepEqual(Buffer.from(read.publicKey.rawData), own)
  })
