/** Light and dark by the reader's own setting; nothing is loaded from anywhere. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2128; --quiet: #667080; --paper: #fff; --line: #d8dde4; --soft: #f4f6f8; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3a; --tint: #2257a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e7ec; --quiet: #95a0ae; --paper: #15181c; --line: #333a43; --soft: #1d2228; --bad: #ff8a80; --warn: #f0b95a; --good: #7fd49b; --tint: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main { max-width: 1180px; margin: 0 auto; padding: 1.5rem; }
article, section { border-top: 1px solid var(--line); padding: 1.2rem 0; }
h1 { margin: .2rem 0; font-size: 1.7rem; } h2 { margin: .2rem 0; font-size: 1.3rem; } h3 { margin: 1.4rem 0 .4rem; font-size: 1.02rem; }
.quiet { color: var(--quiet); }
.verdict { display: inline-block; margin: 0; padding: .05rem .6rem; border-radius: 3px; font-weight: 700; text-transform: uppercase; letter-spacing: .04em; color: var(--paper); background: var(--good); }
.verdict.confirmed { background: var(--bad); } .verdict.suspected, .verdict.exposure { background: var(--warn); }
.warning { border-left: 4px solid var(--bad); padding: .3rem .8rem; background: var(--soft); }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); } th { color: var(--quiet); font-weight: 600; }
th { overflow-wrap: normal; } .evidence td:first-child { white-space: nowrap; } .evidence td:nth-child(3) { overflow-wrap: normal; }
td.critical, td.high { color: var(--bad); font-weight: 600; } td.medium { color: var(--warn); }
.mono, code { font-family: ui-monospace, monospace; font-size: .85rem; }
.timeline { list-style: none; padding: 0; margin: .4rem 0 0; border-left: 2px solid var(--line); } .timeline li { padding: .15rem .9rem; } time { color: var(--tint); font-variant-numeric: tabular-nums; margin-right: .6rem; }
.phase { display: inline-block; min-width: 5.4rem; color: var(--tint); } .plan li { margin: .15rem 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: .8rem; background: var(--soft); }
.scroll svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12px ui-monospace, monospace; fill: var(--ink); } svg .kind { font: 11px system-ui, sans-serif; fill: var(--quiet); } svg .column { fill: var(--quiet); font: 600 12px system-ui, sans-serif; }
.node rect { fill: var(--paper); stroke: var(--quiet); } .node.member rect { stroke: var(--bad); stroke-width: 1.5; } .node.context rect { stroke-dasharray: 4 3; }
.edge { fill: none; stroke: var(--tint); stroke-width: 1.3; opacity: .65; } .edge:hover { opacity: 1; stroke-width: 2.5; }
header { padding-bottom: 0; } main { padding-top: 0; }
@media (max-width: 640px) {
  header, main { padding-left: .9rem; padding-right: .9rem; }
  thead { display: none; } tr { display: block; padding: .45rem 0; border-bottom: 1px solid var(--line); } td { display: block; border: 0; padding: 0; }
  .evidence td:nth-child(3), .evidence td:nth-child(4) { color: var(--quiet); font-size: .85rem; }
  ul, ol.plan { padding-left: 1.3rem; } time { display: block; }
}
@media print {
  :root { --ink: #000; --quiet: #555; --paper: #fff; --line: #bbb; --soft: #fff; --bad: #b3261e; --warn: #8a5a00; --tint: #2257a8; }
  body { font-size: 10.5pt; } .scroll { overflow: visible; border: 0; padding: 0; } svg { min-width: 0 !important; }
  tr, li, .node { break-inside: avoid; } h2, h3 { break-after: avoid; } .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
