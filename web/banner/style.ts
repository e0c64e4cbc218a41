import type { BannerLook } from '../../sfu/protocol/banner.ts';
import { contrast, inkOn } from './colors.ts';

/* Tuples, since names of fields are carried to every visitor. */
type Paper = readonly [
  paper: string,
  ink: string,
  quiet: string,
  line: string,
  error: string,
  available: string,
];

/** Those of web/src/ui/tokens.css. */
const light: Paper = ['#ffffff', '#221f1b', '#5d574f', '#878075', '#ad3216', '#23754a'];
const dark: Paper = ['#23201c', '#f3efe8', '#b9b1a5', '#8c8478', '#f68e70', '#6cc496'];

/** WCAG 2.2, 1.4.11: what a button needs, to be told from what is around it. */
const signContrastMin = 3;

/*
 * The page's style reaches the host from outside, and its inherited properties everything in it. An important declaration
 * of the inner tree wins over every one of the outer tree (CSS Scoping 1, 3.3).
 */
const apart = 'all:initial!important;direction:ltr!important';

/** Nothing is known yet: a place that can be scrolled to, and that takes no room. */
export const placeOnly = `:host{${apart};position:absolute!important}`;

export const unseen = ':host{display:none!important}';

export function styleOf({ color }: Pick<BannerLook, 'color'>, isDark: boolean): string {
  const [paper, ink, quiet, line, error, available] = isDark ? dark : light;
  const edge = contrast(color, paper) < signContrastMin ? quiet : color;
  return `
:host{${apart};display:block!important;color-scheme:${isDark ? 'dark' : 'light'}!important}
*,::before{box-sizing:border-box}
[hidden],p:empty{display:none!important}
section,form{display:grid;gap:.75em}
section{max-width:27em;color:${ink};font:1em/1.7 system-ui,sans-serif;overflow-wrap:anywhere}
.card,.corner{padding:1.25em;border:1px solid ${line};border-radius:1em;background:${paper}}
.corner{position:fixed;z-index:2147483000;right:1em;bottom:calc(1em + env(safe-area-inset-bottom));width:min(20em,100vw - 2em);max-height:calc(100% - 2em);overflow:auto;box-shadow:0 .5em 2em #0004}
.button{justify-items:start}
p{margin:0}
.head{display:flex;gap:.5em;align-items:center;justify-content:space-between;font-weight:600}
.card .head{font-size:1.25em;line-height:1.4}
.status,.quiet,.error,label{font-size:.875em}
.status{display:flex;gap:.6em;align-items:baseline}
.status::before{content:"";flex:none;width:.7em;height:.7em;border:2px solid;border-radius:1em;background:${available};color:${available}}
.nobody::before{background:none;color:${quiet}}
a,button{display:flex;align-items:center;justify-content:center;min-width:44px;min-height:44px;padding:.5em 1.5em;border:2px solid ${edge};border-radius:.5em;background:${color};color:${inkOn(color)};font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
a:hover,button:hover{text-decoration:underline}
.close{margin:-.5em -.75em -.5em 0;padding:0;border:0;background:none;color:${quiet}}
:focus-visible{outline:3px solid ${ink};outline-offset:2px;box-shadow:0 0 0 7px ${paper}}
p:focus{outline:0;box-shadow:none}
input{display:block;width:100%;min-height:44px;padding:0 .75em;border:1px solid ${line};border-radius:.5em;background:${paper};color:${ink};font:inherit}
[aria-invalid]{border:2px solid ${error}}
.error{color:${error}}
.quiet{color:${quiet}}
.spoken{position:absolute;width:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`;
}

/** Puts a style into a shadow root where a content security policy forbids styles written into the page. */
export function dress(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
}
