import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { Lab, labAddress } from './lab.ts'

const missing = process.getuid?.() === 0 ? false : 'needs root'
inNamespaces(import.meta.url, missing, 300)

test('two hosts reach the lab and each other, and no longer when the cable is out', { skip: !inside }, async () => {
  const lab = Lab.open()
  const server = createServer(socket => socket.end('lamp\n'))
  try {
    await new Promise<void>(done => server.listen(7_700, labAddress, done))
    const one = await lab.host('one')
    const two = await lab.host('two')
    const ask = (address: string, port: number) =>
      `timeout 5 bash -c 'cat < /dev/tcp/${address}/${port}' 2>&1 || echo unreached`
    assert.equal(await one.sh(ask(labAddress, 7_700)), 'lamp\n')
    assert.equal(await two.sh('cat /etc/hostname'), 'two\n')
    assert.notEqual(await one.sh('cat /etc/machine-id'), await two.sh('cat /etc/machine-id'))
    assert.match(await two.sh(ask(lab.addressOf(one), 22)), /SSH|refused/)
    one.plug(false)
    assert.match(await one.sh(ask(labAddress, 7_700)), /unreached/)
    one.plug(true)
    await lab.reboot(one)
    assert.equal(await one.sh(ask(labAddress, 7_700)), 'lamp\n')
  } finally {
    server.close()
    await lab.close()
  }
})
