import type { Command } from 'commander'
import { addCommand, type Outcome, several, wholeNumber } from './command-builder.ts'

/** Commands over indicators: what others, or you, hold against hashes, addresses, domains, wallets and keys. */
export function intelCommands(tree: Command, outcome: Outcome): void {
  const group = tree
    .command('intel')
    .description('Indicators: hashes, addresses, domains, wallets and fingerprints that scans of this host look for.')
  addCommand(group, outcome, {
    usage: 'add <from>',
    description:
      'Add a list: a file, a folder, - (standard input) or an https address. CSV, plain lists, MISP, STIX 2.1 and TAXII 2.1 are recognised.',
    options: command =>
      command
        .option('--source <name>', 'the name under which it is kept (default: that of the file)')
        .option('--own', 'you stand for it: entries that say nothing else are certain')
        .option('--confidence <number>', 'for entries that say none themselves, 0 to 100')
        .option('--at-most <number>', 'believe no entry more than that, whatever it says itself')
        .option('--days <number>', 'entries that name no end match no more after so many days', wholeNumber)
        .option('--type <type>', 'what the values are: md5, sha1, sha256, address, domain, wallet or fingerprint')
        .option('--column <use=name>', 'what a column holds, by its name or number: --column sha1=SHA-1', several)
        .option('--delimiter <sign>', 'what stands between columns')
        .option('--merge', 'keep what the source holds already')
        .option('--replace', 'put it in place of a source that came from elsewhere')
        .option('--collection <id>', 'of a TAXII server')
        .option('--auth <file>', 'a file with user:password, Bearer TOKEN or a header; readable by its owner only')
        .option('--ca <file>', 'the certificate (PEM) that signed that of the server'),
    examples: [
      'intel add hashes.txt --own',
      'intel add feed.csv --column sha256=Hash --confidence 60 --days 180',
      'intel add bundle.json --source "national CERT"',
      'intel add https://feed.example/taxii2/ --collection 91a7b528-80eb-42ed-a74d-c6fbd5a26116 --auth /root/feed.auth',
    ],
    load: async () => (await import('./intel-add.ts')).addIntelCommand,
  })
  addCommand(group, outcome, {
    usage: 'update [source...]',
    description: 'Read sources that have an address again, and drop what has ended.',
    options: command => command.option('--whole', 'read TAXII collections from the beginning, not only what is new'),
    examples: ['intel update', 'intel update "national CERT" --whole'],
    load: async () => (await import('./intel-add.ts')).updateIntelCommand,
  })
  addCommand(group, outcome, {
    usage: 'lookup <value...>',
    description: 'What is known of values. Ends with 0 when one of them is listed, with 1 when none is.',
    options: command => command.option('--type <type>', 'what the values are, where their looks do not tell'),
    examples: ['intel lookup 198.51.100.7', 'intel lookup "$(sha256sum < /opt/x/a | cut -d" " -f1)" && echo listed'],
    load: async () => (await import('./intel.ts')).lookupCommand,
  })
  addCommand(group, outcome, {
    usage: 'list [source]',
    description: 'List sources, or what one of them holds.',
    options: command =>
      command
        .option('--type <type>', 'only these')
        .option('--limit <number>', 'at most so many (default 100)', wholeNumber),
    examples: ['intel list', 'intel list "national CERT" --type domain --limit 1000'],
    load: async () => (await import('./intel.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'stats',
    description: 'How many indicators there are, what they take, and whether what lies on the disk is whole.',
    examples: ['intel stats'],
    load: async () => (await import('./intel.ts')).statsCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <source...>',
    description: 'Remove sources with all that they hold.',
    examples: ['intel remove hashes.txt'],
    load: async () => (await import('./intel.ts')).removeCommand,
  })
}
