import { openSeededCenter } from './seeded-center.ts'

// A seeded center to work on pages with, until it is interrupted: node test/console/run.ts
const seeded = await openSeededCenter()
const people = Object.entries(seeded.people).map(([role, { name, password }]) => ({ role, name, password }))
console.log(JSON.stringify({ address: seeded.address, people, hosts: Object.fromEntries(seeded.hosts) }, undefined, 2))
const end = async () => {
  await seeded.close()
  process.exit(0)
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
