// The page's one style sheet. It is inlined, and allowed by its hash.
#pragma once

namespace lacuna::report {

inline constexpr const char* page_style = R"css(
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --raised: #ffffff; --ink: #1b2024; --soft: #59636b; --faint: #8a949b;
  --line: #dfe3e4; --hair: #edefef; --tint: #f3f6f5; --accent: #0b6b63; --rail: #e3e9e8;
  --bad: #b3261e; --bad-tint: #fbeae8; --warn: #7a5600; --warn-tint: #fbf2da; --calm-tint: #edf0f2;
  --h0: #2f6fd0; --h1: #d2601a; --h2: #138a6d; --h3: #b03f97; --h4: #8d7300; --h5: #6a52c7; --h6: #c8394f; --h7: #43768f;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "Book Antiqua", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12171a; --raised: #182024; --ink: #e5eaec; --soft: #a3afb5; --faint: #74828a;
    --line: #2d383d; --hair: #222c30; --tint: #1a2327; --accent: #5cc9b9; --rail: #2a363a;
    --bad: #ff9d93; --bad-tint: #3a201f; --warn: #e9c46a; --warn-tint: #332b17; --calm-tint: #252f34;
    --h0: #7aaaf5; --h1: #f39a5d; --h2: #4fcaa9; --h3: #e38acd; --h4: #d6b94a; --h5: #a996f5; --h6: #f5828f; --h7: #8dbdd4;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
.wrap { max-width: 1180px; margin: 0 auto; padding: 0 28px; }
a { color: inherit; text-decoration-color: transparent; text-underline-offset: 3px; }
a:hover { color: var(--accent); text-decoration-color: currentColor; }
p a, li a, dd a, .why a { text-decoration-color: var(--faint); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
header.page { padding: 54px 0 8px; }
.brand { display: flex; align-items: center; gap: 9px; margin: 0 0 22px; color: var(--soft); font-size: 14px; letter-spacing: .02em; }
.brand svg { width: 22px; height: 22px; fill: var(--accent); }
.brand b { color: var(--ink); font-weight: 650; }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; line-height: 1.18; text-wrap: balance; }
h1 { font-size: clamp(30px, 5vw, 44px); letter-spacing: -.012em; margin: 0 0 14px; }
h2 { font-size: 26px; letter-spacing: -.005em; margin: 60px 0 8px; }
h2.board { margin-top: 76px; padding-top: 28px; border-top: 1px solid var(--line); font-size: 32px; }
h3 { font-size: 20px; margin: 36px 0 6px; }
.lead { font-size: 19px; line-height: 1.5; max-width: 44em; margin: 0 0 12px; color: var(--ink); text-wrap: pretty; }
p { max-width: 46em; margin: 0 0 14px; color: var(--soft); text-wrap: pretty; }
p b, p strong { color: var(--ink); font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px 26px; margin: 26px 0 0; padding: 18px 0; border: solid var(--line); border-width: 1px 0; }
.facts dt { font-size: 13px; color: var(--soft); }
.facts dd { margin: 2px 0 0; overflow-wrap: anywhere; }
.facts details p { font-size: 14px; margin: 6px 0 0; }
summary { cursor: pointer; }
summary:hover { color: var(--accent); }
code { font: .86em var(--mono); color: var(--soft); }
.cards { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 16px; padding: 0; margin: 26px 0 0; }
.cards li { display: grid; gap: 1px; padding: 16px 20px 17px; background: var(--raised); border: 1px solid var(--line); border-radius: 10px; }
.cards li:first-child { border-color: var(--accent); }
.card-title { font-size: 14px; color: var(--soft); }
.card-name { font: 600 23px/1.3 var(--serif); overflow-wrap: anywhere; }
.card-name small { font: 15px var(--sans); color: var(--soft); }
.card-value { font-size: 19px; font-variant-numeric: tabular-nums; margin-top: 3px; }
.card-value small { font-size: 14px; color: var(--soft); }
.card-what { font-size: 13px; color: var(--faint); }
.scroll { overflow-x: auto; margin: 0 -28px; padding: 0 28px; -webkit-overflow-scrolling: touch; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 14.5px; line-height: 1.4; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; color: var(--soft); font-size: 14px; padding: 2px 0 14px; max-width: 62em; }
th, td { padding: 9px 9px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--hair); white-space: nowrap; }
thead th, thead td { border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 500; font-size: 14px; vertical-align: bottom; padding-top: 6px; padding-bottom: 7px; }
thead th.group { border-bottom-color: transparent; font-weight: 600; color: var(--ink); text-align: center; padding-bottom: 0; }
.group span { display: block; border-bottom: 1px solid var(--line); padding-bottom: 5px; }
thead tr:first-child td { border-bottom-color: transparent; }
.first { padding-left: 22px; }
.num { text-align: right; }
.method { position: sticky; left: 0; z-index: 1; background: var(--paper); font-weight: 500; padding-left: 0; }
tbody th.method { color: var(--ink); }
th.method .name { display: inline-block; vertical-align: top; }
.rank { display: inline-block; width: 26px; color: var(--faint); font-weight: 400; vertical-align: top; }
.original td, .original th { background: var(--tint); }
.original th { font-weight: 600; }
.rows tr:hover td, .rows tr:hover th { background: var(--tint); }
.runs tbody:target td, .runs tbody:target th { background: var(--tint); }
.runs tbody:target { scroll-margin-top: 40px; }
.runs tbody th, .runs tbody td { padding-top: 5px; padding-bottom: 5px; }
.runs tbody tr:not(:last-child) td { border-bottom-color: transparent; }
.sd { color: var(--soft); font-size: 12px; }
.none { color: var(--faint); }
.dir { color: var(--faint); }
.bar { display: block; width: 100%; min-width: 74px; height: 3px; margin-top: 4px; fill: var(--accent); }
.bar .rail { fill: var(--rail); }
.seeds { display: block; font-size: 12.5px; font-weight: 400; color: var(--faint); }
.seed a { padding: 2px 4px; }
.seed.failed, .seed.failed a { color: var(--bad); text-decoration: line-through; }
.seed.missing, .seed.not_applicable { color: var(--faint); text-decoration: line-through; }
.badge { display: inline-block; font-size: 12.5px; font-weight: 500; line-height: 1.5; padding: 0 8px; border-radius: 9px; white-space: nowrap; background: var(--calm-tint); color: var(--soft); }
.badge.failed { background: var(--bad-tint); color: var(--bad); }
.badge.missing { background: var(--warn-tint); color: var(--warn); }
td.why { color: var(--soft); padding-left: 22px; white-space: normal; min-width: 20em; }
sup { line-height: 0; }
.note { color: var(--soft); padding: 0 2px; }
.notes { font-size: 13.5px; color: var(--soft); padding-left: 22px; margin: 12px 0 0; max-width: 60em; }
.notes li:target { background: var(--tint); }
th[aria-sort] { color: var(--ink); }
th button { all: unset; cursor: pointer; }
th button:hover { color: var(--accent); }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort] button { box-shadow: 0 2px 0 var(--accent); }
figure { margin: 18px 0 0; }
.scatter { display: block; width: 100%; min-width: 740px; height: auto; font: 13px var(--sans); }
.frame { fill: var(--raised); stroke: var(--line); }
.grid { stroke: var(--hair); }
.tick, .iso-label { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.axis { fill: var(--ink); font-size: 13.5px; }
.iso { fill: none; stroke: var(--faint); stroke-dasharray: 2 4; }
.iso-label { fill: var(--faint); }
.label { fill: var(--ink); font-size: 13px; paint-order: stroke; stroke: var(--raised); stroke-width: 3px; stroke-linejoin: round; pointer-events: none; }
.leader { stroke: var(--faint); stroke-width: .8; }
.mark { stroke-width: 2; fill: var(--c); stroke: var(--c); }
.mark.plain { fill: var(--raised); }
.scatter a:hover .mark { stroke-width: 4; }
.whisker { stroke: var(--c); stroke-width: 1.4; opacity: .6; }
.seed-dot { fill: var(--c); opacity: .45; }
.h0 { --c: var(--h0); } .h1 { --c: var(--h1); } .h2 { --c: var(--h2); } .h3 { --c: var(--h3); }
.h4 { --c: var(--h4); } .h5 { --c: var(--h5); } .h6 { --c: var(--h6); } .h7 { --c: var(--h7); } .h8 { --c: var(--soft); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; margin: 10px 0 0; font-size: 14px; color: var(--soft); }
.legend svg { width: 15px; height: 15px; vertical-align: -2px; margin-right: 6px; }
.curve { padding-top: 3px; padding-bottom: 3px; }
.spark { width: 120px; height: 28px; display: block; }
.spark polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.spark .acc { stroke: var(--accent); }
.spark .loss { stroke: var(--faint); stroke-width: 1; }
.k-acc, .k-loss { border-bottom: 2px solid var(--accent); }
.k-loss { border-bottom: 1px solid var(--faint); }
.gate { border: 1px solid var(--line); border-left: 3px solid var(--faint); border-radius: 10px; background: var(--raised); padding: 14px 20px 12px; margin: 18px 0 22px; }
.gate.passed { border-left-color: var(--accent); }
.gate.failed { border-left-color: var(--bad); }
.gate.waiting { border-left-color: var(--warn); }
.gate p { margin: 0 0 8px; max-width: 60em; }
.gate.passed .gate-state { color: var(--accent); }
.gate.failed .gate-state { color: var(--bad); }
.gate summary { font-size: 14px; color: var(--soft); }
.anchors { width: auto; margin: 6px 0 4px; }
.anchors th, .anchors td { padding: 4px 14px 4px 0; }
.anchors th { font-weight: 500; }
.beside tbody th, .beside tbody td { padding-top: 4px; padding-bottom: 4px; }
.beside tbody tr:first-child th, .beside tbody tr:first-child td { padding-top: 10px; }
.beside tbody tr:last-child td { padding-bottom: 10px; }
.beside tbody tr:not(:last-child) td { border-bottom-color: transparent; }
.beside thead tr:first-child td { border-bottom-color: var(--line); }
.beside .theirs td { color: var(--soft); font-style: italic; }
.beside .theirs sup { font-style: normal; }
.beside tr .side.side { color: var(--faint); font-size: 13px; font-style: normal; }
.interval { display: block; font-size: 11.5px; color: var(--faint); }
.verdict { font-size: 12px; }
.inside { color: var(--accent); }
.outside { color: var(--warn); }
.settings td { white-space: normal; min-width: 11em; }
.chip { display: inline-block; font-size: 13.5px; color: var(--soft); margin-right: 10px; white-space: nowrap; }
.chip b { color: var(--ink); font-weight: 500; }
details.more { margin-top: 14px; }
details.more > summary { color: var(--soft); }
details.more[open] > summary { margin-bottom: 12px; }
nav.boards { margin: 20px 0 0; display: flex; flex-wrap: wrap; gap: 6px 22px; }
nav.boards a { text-decoration-color: var(--faint); }
.reading { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 4px 32px; font-size: 15px; margin: 14px 0 0; }
.reading dt { font-weight: 600; margin-bottom: 2px; }
.reading dd { margin: 0 0 14px; color: var(--soft); }
.formula { font-family: var(--serif); font-style: italic; color: var(--ink); white-space: nowrap; }
footer { margin: 72px 0 0; padding: 22px 0 48px; border-top: 1px solid var(--line); font-size: 14px; }
@media (max-width: 640px) {
  .wrap { padding: 0 18px; }
  .scroll { margin: 0 -18px; padding: 0 18px; }
  header.page { padding-top: 30px; }
  .lead { font-size: 17px; }
  h2 { font-size: 23px; margin-top: 46px; }
  th, td { padding: 8px 9px; }
  .first { padding-left: 16px; }
  .method { padding-right: 10px; background-clip: padding-box; box-shadow: 1px 0 0 var(--hair); margin-left: -18px; }
  .rank { display: none; }
  .method .name { max-width: 112px; white-space: normal; }
  .facts { grid-template-columns: 1fr 1fr; gap: 12px 18px; }
  caption { max-width: calc(100vw - 36px); white-space: normal; }
  td.why { min-width: 17em; padding-left: 16px; }
}
@media print {
  :root { color-scheme: light; }
  body { font-size: 10.5pt; }
  .wrap { max-width: none; padding: 0; }
  .scroll { overflow: visible; margin: 0; padding: 0; }
  table { font-size: 7.6pt; }
  th, td { padding: 3px 4px; }
  .first { padding-left: 8px; }
  .sd { font-size: 6.6pt; }
  .method { position: static; }
  tr, figure, .cards li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scatter { min-width: 0; max-width: 16cm; }
}
)css";

}  // namespace lacuna::report
