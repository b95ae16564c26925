import { test } from 'node:test'
import { enginesHere } from './testing/scanners.ts'
import { compareApartWithTogether, sources } from './testing/sets-apart.ts'

for (const [name, source] of Object.entries(sources))
  for (const engine of enginesHere())
    test(`${name}, with ${engine.name}: sorted into sets they find what they find together in many contents`, () =>
      compareApartWithTogether(source, engine, engine.name === 'native' ? 1_000 : 20))
