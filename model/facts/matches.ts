import { z } from 'zod'
import { time } from './shared.ts'

/** A YARA rule matched a content. The rule book knows what the rule is worth, and makes a finding of it. */
export const contentMatch = z.object({
  /** `NAMESPACE/IDENTIFIER` as the rule book has it; own rules are in the namespace `davylamp`. */
  rule: z.string(),
  /** Texts that matched, display-escaped; at most 5, each at most 80 characters. */
  words: z.array(z.string()),
  /** Bytes from the beginning of the content (for memory: the address) to the first of them. */
  offset: z.number().optional(),
  /** Where its texts lie, of rules that recognise a part of a content that may be innocent otherwise; at most 20. */
  places: z.array(z.object({ offset: z.number(), length: z.number() })).optional(),
  /** The member of an archive that holds it. */
  member: z.string().optional(),
})
export type ContentMatch = z.infer<typeof contentMatch>

export const indicatorTypes = ['md5', 'sha1', 'sha256', 'address', 'domain', 'wallet', 'fingerprint'] as const

/** A value of a fact is in the store of indicators. */
export const indicatorMatch = z.object({
  type: z.enum(indicatorTypes),
  /** As the fact has it: a hash in lower-case hex, an address, the whole name that lies below a listed domain … */
  value: z.string(),
  /** Who says so: the name under which the indicators were added. */
  source: z.string(),
  /** When its source says that it was seen or added. */
  date: time.optional(),
  /** 0–100, as the source says (STIX 2.1 section 3.2); absent where it says nothing. */
  confidence: z.number().optional(),
  expires: time.optional(),
  /** What the source says about it, display-escaped, at most 200 characters: a family, a title. */
  about: z.string().optional(),
})
export type IndicatorMatch = z.infer<typeof indicatorMatch>
