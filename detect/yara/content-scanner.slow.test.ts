import { test } from 'node:test'
import { compareChunksWithWhole } from './testing/seen-in-chunks.ts'
import { enginesHere } from './testing/scanners.ts'

for (const engine of enginesHere())
  test(`with ${engine.name}: many contents seen in chunks give what they give as a whole`, () =>
    compareChunksWithWhole(engine, engine.name === 'native' ? 300 : 10))
