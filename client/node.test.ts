import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createHash, X509Certificate as NodeCertificate } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { trustingFetch } from './node.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000

interface Made {
  readonly cert: x509.X509Certificate
  readonly pem: string
  readonly key: string
  readonly keys: CryptoKeyPair
}

type CryptoKeyPair = Awaited<ReturnType<typeof newKeys>>

async function newKeys() {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function make(
  name: string,
  by: Made | undefined,
  names: readonly string[],
  days = 1,
  authority = by === undefined,
): Promise<Made> {
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: by === undefined ? `CN=${name}` : by.cert.subject,
    notBefore: new Date(Date.now() - 30 * day),
    notAfter: new Date(Date.now() + days * day),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(authority),
      new x509.SubjectAlternativeNameExtension(
        names.map(value => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    cert,
    pem: cert.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
    keys,
  }
}

const fingerprint = ({ pem }: Made) => createHash('sha256').update(new NodeCertificate(pem).raw).digest('hex')

const servers: Server[] = []
let asked = 0
async function serve(chain: string, key: string): Promise<string> {
  const server = createServer({ cert: chain, key }, (request, response) => {
    asked++
    response.setHeader('x-seen', `${request.method} ${request.headers.authorization}`)
    request.pipe(response)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

let authority: Made
let leaf: Made
let stranger: Made
let good = ''

before(async () => {
  authority = await make('authority', undefined, [])
  stranger = await make('stranger', undefined, [])
  leaf = await make('center', authority, ['127.0.0.1'])
  good = await serve(`${leaf.pem}\n${authority.pem}\n`, leaf.key)
})
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const send = { method: 'POST', headers: { authorization: 'Bearer secret' }, body: 'hello' }

for (const [name, trust] of [
  ['its authority', () => ({ ca: authority.pem })],
  ["its authority's fingerprint", () => ({ fingerprint: fingerprint(authority) })],
  [
    'its own fingerprint, as openssl writes it',
    () => ({
      fingerprint: `SHA256:${fingerprint(leaf)
        .toUpperCase()
        .replace(/..(?=.)/g, '$&:')}`,
    }),
  ],
] as const)
  test(`trusted by ${name}`, async () => {
    const ask = trustingFetch(trust())
    for (let times = 0; times < 2; times++) {
      const answer = await ask(good, send)
      assert.deepEqual(
        [answer.status, answer.headers.get('x-seen'), await answer.text()],
        [200, 'POST Bearer secret', 'hello'],
      )
    }
  })

for (const [name, chain, trust] of [
  ['another authority', async () => good, () => ({ ca: stranger.pem })],
  ['the authorities of the world only', async () => good, () => ({})],
  ['another fingerprint', async () => good, () => ({ fingerprint: 'ab'.repeat(32) })],
  // The right authority's certificate is public: anyone can put it behind one's own.
  [
    'a chain that only shows the right authority',
    async () => serve(`${(await other()).pem}\n${authority.pem}\n`, (await other()).key),
    () => ({ fingerprint: fingerprint(authority) }),
  ],
  [
    'a certificate for another name',
    async () => served(await make('x', authority, ['10.0.0.1'])),
    () => ({ fingerprint: fingerprint(authority) }),
  ],
  [
    'a certificate that ended',
    async () => served(await make('x', authority, ['127.0.0.1'], -1)),
    () => ({ fingerprint: fingerprint(authority) }),
  ],
  [
    'a certificate made by one that is no authority',
    async () => served(await make('x', leaf, ['127.0.0.1']), leaf),
    () => ({ fingerprint: fingerprint(authority) }),
  ],
] as const)
  test(`refused before anything is sent: ${name}`, async () => {
    const [address, before] = [await chain(), asked]
    await assert.rejects(async () => trustingFetch(trust())(address, send))
    assert.equal(asked, before)
  })

let otherOne: Promise<Made> | undefined
function other(): Promise<Made> {
  otherOne ??= make('center', stranger, ['127.0.0.1'])
  return otherOne
}

function served(made: Made, ...between: readonly Made[]): Promise<string> {
  return serve([made, ...between, authority].map(({ pem }) => pem).join('\n'), made.key)
}

test('what is no fingerprint is refused at once', () => {
  assert.throws(() => trustingFetch({ fingerprint: 'abc' }), /64 hexadecimal digits/)
})

test('a call can be called off', async () => {
  const gone = new AbortController()
  const asking = trustingFetch({ ca: authority.pem })(good, { ...send, signal: gone.signal })
  gone.abort()
  await assert.rejects(asking)
})
