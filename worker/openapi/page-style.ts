/**
 * The style of the docs page: readable on a phone, light or dark as set in the system, without external fonts or
 * pictures.
 */

/** The page's only style sheet; the Content-Security-Policy allows it by its hash. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5a626b;--paper:#fff;--block:#f3f5f7;--line:#d7dce1;--accent:#0a6b3d}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a5adb6;--paper:#15181b;--block:#1f2428;--line:#363d44;--accent:#5fd39a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:1rem 1rem 4rem;font:1rem/1.65 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.6rem}h2{margin-top:3rem;border-bottom:1px solid var(--line)}h3{margin:2.5rem 0 .25rem;font-size:1.05rem}h4{margin:1rem 0 .25rem;font-size:1rem}
a{color:var(--accent)}
:lang(en){color:var(--soft)}
p{margin:.25rem 0}
code,pre{font:.875rem/1.5 ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace}
code{background:var(--block);padding:.1em .35em;border-radius:.25em}
pre{background:var(--block);padding:.75rem;border-radius:.5rem;white-space:pre-wrap}
.method{color:var(--accent);font-weight:700}
ul{padding-left:1.25rem}
dt{margin-top:.75rem}dd{margin-left:1rem}
:target{outline:2px solid var(--accent);outline-offset:.25rem}
`;
