import { recordedHosts, seedImpossible } from './seeded-center.ts'

// Before tests that run side by side, of which each would record for itself: node test/console/record-once.ts
if (seedImpossible() === undefined) recordedHosts()
