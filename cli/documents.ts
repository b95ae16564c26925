import { z } from 'zod'
import { rulePack } from './state/rule-packs.ts'
import { intelDocuments } from './intel-documents.ts'
import { statusDocument } from './status-document.ts'
import { agentConfig } from '../model/wire/index.ts'
import { finding, incident, plan, plannedAction, proof, run, scan, allowEntry, journalEntry } from '../model/index.ts'

const problem = z.object({
  file: z.string().optional(),
  line: z.number().optional(),
  rule: z.string().optional(),
  message: z.string(),
})
/** A rule as it was read: Sigma's own words, or the head and text of a content rule. */
const rule = z.looseObject({ kind: z.string(), id: z.string(), title: z.string() })
const vaultEntry = z.looseObject({
  format: z.literal('davylamp-vault-entry'),
  id: z.string(),
  why: z.string(),
  origin: z.string(),
  sha256: z.string(),
  size: z.number(),
  run: z.string(),
  action: z.number(),
  at: z.string(),
})

/** Every document that a command prints with `--json` or keeps as a file, by the name of its schema in docs/schemas. */
export const documents = {
  'agent-config': agentConfig,
  scan,
  plan,
  run,
  proof,
  'journal-entry': journalEntry,
  status: statusDocument,
  runs: z.object({ format: z.literal('davylamp-runs'), version: z.literal(1), runs: z.array(run) }),
  explanation: z.discriminatedUnion('kind', [
    z.object({
      format: z.literal('davylamp-explanation'),
      version: z.literal(1),
      kind: z.literal('incident'),
      incident,
      findings: z.array(finding),
      actions: z.array(plannedAction),
    }),
    z.object({
      format: z.literal('davylamp-explanation'),
      version: z.literal(1),
      kind: z.literal('finding'),
      finding,
      rule: rule.optional(),
      incidents: z.array(z.string()),
    }),
    z.object({
      format: z.literal('davylamp-explanation'),
      version: z.literal(1),
      kind: z.literal('rule'),
      rule,
      findings: z.array(finding),
    }),
  ]),
  report: z.object({
    format: z.literal('davylamp-report'),
    version: z.literal(1),
    path: z.string(),
    incidents: z.array(z.string()),
  }),
  quarantine: z.object({
    format: z.literal('davylamp-quarantine'),
    version: z.literal(1),
    entries: z.array(vaultEntry),
  }),
  'quarantine-entry': vaultEntry,
  'quarantine-restored': z.object({
    format: z.literal('davylamp-quarantine-restored'),
    version: z.literal(1),
    id: z.string(),
    path: z.string(),
    sha256: z.string(),
  }),
  'quarantine-deleted': z.object({
    format: z.literal('davylamp-quarantine-deleted'),
    version: z.literal(1),
    deleted: z.array(z.string()),
  }),
  blocked: z.object({
    format: z.literal('davylamp-blocked'),
    version: z.literal(1),
    /** What blocks them: nftables, iptables where that is not there, or neither. */
    way: z.enum(['nftables', 'iptables', 'none']),
    blocked: z.array(
      z.object({
        address: z.string(),
        seconds: z.number(),
        /** Of a list of indicators: nothing happened here. */
        listed: z.boolean().optional(),
      }),
    ),
  }),
  allow: z.object({ format: z.literal('davylamp-allow'), version: z.literal(1), entries: z.array(allowEntry) }),
  'allow-entry': allowEntry,
  'allow-removed': z.object({
    format: z.literal('davylamp-allow-removed'),
    version: z.literal(1),
    removed: z.array(allowEntry),
  }),
  rules: z.object({
    format: z.literal('davylamp-rules'),
    version: z.literal(1),
    rules: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        level: z.string().optional(),
        description: z.string().optional(),
        tags: z.array(z.string()),
        category: z.string(),
        file: z.string().optional(),
        line: z.number(),
      }),
    ),
    /** Rules of others that were added on this host. */
    packs: z.array(rulePack).optional(),
  }),
  'rules-added': z.object({ format: z.literal('davylamp-rules-added'), version: z.literal(1), pack: rulePack }),
  'rules-removed': z.object({ format: z.literal('davylamp-rules-removed'), version: z.literal(1), pack: rulePack }),
  rule: z.object({ format: z.literal('davylamp-rule'), version: z.literal(1), rule }),
  'rules-check': z.object({
    format: z.literal('davylamp-rules-check'),
    version: z.literal(1),
    rules: z.number(),
    errors: z.array(problem),
    warnings: z.array(problem),
  }),
  'rules-test': z.object({
    format: z.literal('davylamp-rules-test'),
    version: z.literal(1),
    folders: z.array(
      z.object({
        folder: z.string(),
        ok: z.boolean(),
        events: z.number(),
        matched: z.number(),
        expected: z.number().optional(),
        error: z.string().optional(),
      }),
    ),
  }),
  'rules-eval-line': z.object({
    id: z.unknown(),
    rules: z.array(z.string()),
    line: z.number().optional(),
    error: z.string().optional(),
  }),
  ...intelDocuments,
} as const
export type DocumentName = keyof typeof documents
