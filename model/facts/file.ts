import { z } from 'zod'
import { contentMatch, indicatorMatch } from './matches.ts'
import { attributes, ownership, time } from './shared.ts'

/** Things a bounded look into a file recognised (literal search and format magic; no rule, no verdict). */
export const traits = [
  'elf',
  'script',
  'archive',
  'image',
  'json',
  'text',
  'empty',
  /** Packed by UPX, also with altered header. */ 'packed',
  /** ELF with no section headers or with data behind its end. */ 'stripped-sections',
  'overlay',
  /** JSON with at least four keys of an xmrig configuration. */ 'miner-config',
  /** `stratum+tcp://` and its relatives, or stratum methods. */ 'stratum',
  /** Words of miner programs: algorithm names, `--donate-level`, hash rate lines (two or more different). */ 'miner-strings',
  /** A wallet address whose checksum or shape holds. */ 'wallet',
  /** Script: fetches something and hands it to an interpreter or makes it executable and runs it. */ 'download-execute',
  /** Script: decodes base64 or hex into an interpreter. */ 'decode-execute',
  /** Script: reverse shell shapes such as /dev/tcp. */ 'reverse-shell',
  /** Script: writes cron lines, keys or units. */ 'writes-persistence',
  /** Script: kills or removes other miners or security agents. */ 'kills-rivals',
  'removes-security',
  /** Script: sets or clears immutable flags. */ 'changes-attributes',
  /** Script: restarts something in a loop. */ 'watchdog',
  /** Script: wrapper that filters the output of a system command. */ 'output-filter',
  /** ELF library that defines readdir, readdir64, getdents or similar, as hiding libraries do. */ 'hooks-readdir',
  /** Image or archive magic with a shell script behind it. */ 'polyglot',
  /** Connects out: mass scanner or ssh brute force words. */ 'scanner',
] as const

/** A file that something points at, or that lies in a usual drop place. */
export const fileFact = z.object({
  kind: z.literal('file'),
  path: z.string(),
  pathBytes: z.string().optional(),
  name: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'socket', 'fifo', 'device']),
  /** Where a symlink leads, inside the tree. */
  linkTarget: z.string().optional(),
  size: z.number(),
  uid: z.number(),
  gid: z.number(),
  user: z.string().optional(),
  /** Permission bits in octal as `0755`, with setuid, setgid and sticky. */
  mode: z.string(),
  executable: z.boolean(),
  setuid: z.boolean(),
  modified: time,
  changed: time,
  /** Birth time where the file system keeps one. */
  created: time.optional(),
  inode: z.number().optional(),
  linkCount: z.number().optional(),
  sha256: z.string().optional(),
  md5: z.string().optional(),
  ownership,
  package: z.string().optional(),
  attributes,
  traits: z.array(z.enum(traits)),
  /** Literal words behind the traits, for the reader. At most 10, each at most 80 characters. */
  evidence: z.array(z.string()),
  /** Views that leave it out although it is there: `readdir` (the kernel's listing of its directory), `ordinary-view`. */
  hiddenFrom: z.array(z.string()).optional(),
  /** How its name deceives a reader: `zero-width`, `direction`, `trailing-blank`, `odd-blank`, `twin` (looks like another name). */
  deception: z.string().optional(),
  /** What YARA rules said of the content; absent where none looked. */
  matches: z.array(contentMatch).optional(),
  /**
   * A page that is otherwise the site's own: the lines to be taken out of it, with what stays of them. Empty: there is something in the
   * page, but where it ends cannot be told. Absent: the file as a whole is what it is.
   */
  injected: z
    .array(
      z.object({
        line: z.number(),
        text: z.string(),
        textBytes: z.string().optional(),
        replacement: z.string().optional(),
      }),
    )
    .optional(),
  /** The root of the git work tree that holds it; told of files in whose content rules found something. */
  workTree: z.string().optional(),
  indicators: z.array(indicatorMatch).optional(),
  /** Paths that the content names (scripts, configurations); at most 50. */
  targets: z.array(z.string()),
  /** Those of `targets` that a script starts, or gives to a program that is no tool of the system. */
  runs: z.array(z.string()).optional(),
  /** Ways in that a script opens: fingerprints of login keys in it, and `account:NAME` of accounts that it makes. */
  grants: z.array(z.string()).optional(),
  /** Addresses `host:port` that the content names; at most 20. */
  endpoints: z.array(z.string()),
  /** Other paths with the same content, found in this scan. */
  sameContent: z.array(z.string()),
  /** A file of a package, unmodified, with the same content: a copy of /bin/sh, say. */
  packagedCopy: z.string().optional(),
  /** Why the file was looked at: `autostart`, `process`, `drop-place`, `preload`, `named-by-file`, `system-directory`, `hidden-directory`, `hidden-home`, `beside-program`, `kernel-module`, `content` (a scan of contents found something in it), `named` (somebody asked about it), `web-root` (a page or picture of a web server with words of shells or of what is put into pages). */
  seenAs: z.array(z.string()),
  /** Age of the newest of mtime, ctime and birth against the newest file of the target, in days. */
  ageDays: z.number().optional(),
  /** mtime lies before ctime by more than a day although no package owns it: its time was set back. */
  backdated: z.boolean(),
})
export type FileFact = z.infer<typeof fileFact>
export type Trait = FileFact['traits'][number]
