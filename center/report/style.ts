import { levels } from '../../model/index.ts'
import { levelOnDark, levelOnLight, onDark, onLight } from './colours.ts'

function variables(colours: Readonly<Record<string, string>>, ofLevels: Readonly<Record<string, string>>): string {
  const own = Object.entries(colours).map(([name, value]) => `--${name}:${value}`)
  const level = levels.map(name => `--level-${name}:${ofLevels[name]}`)
  return [...own, ...level].join(';')
}

const depths = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  .map(depth => `.depth-${depth}{padding-left:${0.5 + depth * 1.1}rem}`)
  .join('\n')
/** Shares of columns; a style of its own for each cell would need a policy that lets styles in. */
const shares = Array.from({ length: 86 }, (_, place) => `.w${place + 5}{width:${place + 5}%}`).join('')
const ofLevel = levels
  .map(name => `.level-${name}{color:var(--level-${name})}\n.box.level-${name} rect{stroke:var(--level-${name})}`)
  .join('\n')

/** The whole looks of the HTML: on a screen in light and dark, on a phone, and on paper. */
export const style = `
:root{--ground:#fff;${variables(onLight, levelOnLight)}}
@media (prefers-color-scheme:dark){:root{--ground:#12171f;${variables(onDark, levelOnDark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,"Segoe UI","Noto Sans","Noto Sans CJK SC","Noto Sans CJK JP",Roboto,sans-serif}
:lang(ja) body{font-family:system-ui,"Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic",sans-serif}
main,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding:2rem 0 1rem;border-bottom:3px solid var(--accent)}
.report{margin:0;color:var(--quiet);letter-spacing:.04em}
h1{margin:.25rem 0 1rem;font-size:1.7rem;line-height:1.25;overflow-wrap:anywhere}
h2{margin:2.2rem 0 .6rem;font-size:1.2rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
p{margin:.5rem 0}
ul{margin:.5rem 0;padding-left:1.3rem}
li{margin:.35rem 0}
p,li,dd,td{overflow-wrap:anywhere}
code{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Consolas,monospace;font-size:.9em}
dl{margin:.5rem 0}
dt{color:var(--quiet);font-size:.85rem}
dd{margin:0}
.badges{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem}
.badges dd{font-weight:600}
.values div{display:grid;grid-template-columns:minmax(5.5rem,22%) 1fr;gap:1rem;padding:.2rem 0}
.wide{overflow-x:auto}
.wide:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;table-layout:fixed;width:100%;min-width:40rem;font-size:.92rem}
${shares}
th{text-align:left;background:var(--soft);font-weight:600}
th,td{padding:.45rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
figure{margin:.5rem 0}
svg{display:block;max-width:none}
.quiet{color:var(--quiet)}
.good{color:var(--good);font-weight:600}
.bad{color:var(--bad);font-weight:600}
[class^=level-]{font-weight:600}
.line{fill:none;stroke:var(--quiet);stroke-width:1.2}
.head{fill:var(--quiet)}
.note{fill:var(--ground)}
.said,.kind{fill:var(--quiet)}
.label{fill:var(--text)}
.box rect{fill:var(--soft);stroke:var(--quiet);stroke-width:1.2}
.box.member rect{stroke-width:2}
.box.context rect{fill:var(--ground);stroke-dasharray:5 3}
${ofLevel}
${depths}
footer{padding-top:1rem;padding-bottom:2rem;color:var(--quiet);font-size:.85rem}
@media print{
@page{size:A4;margin:16mm}
:root{--ground:#fff;${variables(onLight, levelOnLight)}}
body{font-size:10pt}
main,footer{max-width:none;padding:0}
h2,h3{break-after:avoid}
tr,li,.values div{break-inside:avoid}
thead{display:table-header-group}
table{min-width:0}
.wide{overflow:visible}
svg{max-width:100%;height:auto}
}
`
