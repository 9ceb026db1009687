/** The few pictures the pages need, drawn here; all are decoration beside a text label. */

import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

const outline = (paths: SVGTemplateResult): TemplateResult => html`<svg
  viewBox="0 0 24 24" width="1.25em" height="1.25em" fill="none" stroke="currentColor"
  stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"
>${paths}</svg>`;

export const sendIcon = outline(svg`<path d="M4.5 12 20 4.5 15.5 20l-4-6z"></path><path d="M11.5 14 20 4.5"></path>`);
export const personIcon = outline(svg`<circle cx="12" cy="8" r="3.6"></circle><path d="M4.8 20c.6-4 3.4-6 7.2-6s6.6 2 7.2 6"></path>`);
export const headsetIcon = outline(svg`<path d="M4.5 14v-2a7.5 7.5 0 0 1 15 0v2"></path><rect x="3.5" y="13" width="4" height="6" rx="1.8"></rect><rect x="16.5" y="13" width="4" height="6" rx="1.8"></rect><path d="M18.5 19c0 1.7-2 2.5-4.5 2.5"></path>`);
export const closeIcon = outline(svg`<path d="m6 6 12 12M18 6 6 18"></path>`);
export const downIcon = outline(svg`<path d="M12 5v14M6 13l6 6 6-6"></path>`);
export const checkIcon = outline(svg`<path d="m5 12.5 4.5 4.5L19 7.5"></path>`);
export const goodIcon = outline(svg`<path d="M8 11v9H4.5v-9z"></path><path d="M8 11.5 11.5 4c1.6 0 2.5 1 2.5 2.6V10h4.6c1.1 0 1.8 1 1.6 2l-1.3 6.4c-.2.9-1 1.6-2 1.6H8"></path>`);
export const badIcon = outline(svg`<path d="M8 13V4H4.5v9z"></path><path d="M8 12.5 11.5 20c1.6 0 2.5-1 2.5-2.6V14h4.6c1.1 0 1.8-1 1.6-2l-1.3-6.4C18.7 4.7 17.9 4 16.9 4H8"></path>`);
export const stopIcon = outline(svg`<rect x="6" y="6" width="12" height="12" rx="2" fill="currentColor"></rect>`);

/** The bank's mark: a peak above the sea. Colours are its own, light or dark. */
export const markIcon = html`<svg viewBox="0 0 40 40" width="100%" height="100%" aria-hidden="true">
  <rect width="40" height="40" rx="9" fill="#0d4f5c"></rect>
  <path d="M6.5 25.5 16.2 11l5.3 7.6 3.4-4.7 8.6 11.6z" fill="#fff"></path>
  <path d="m16.2 11 2.9 4.2-2 2.1-1.6-1.3-2 2.6-1.3-1.2z" fill="#d9b36a"></path>
  <path d="M6.5 28.6c2.3 0 2.3 1.4 4.5 1.4s2.2-1.4 4.5-1.4 2.2 1.4 4.5 1.4 2.2-1.4 4.5-1.4 2.2 1.4 4.5 1.4 2.2-1.4 4.5-1.4" fill="none" stroke="#8fd0dc" stroke-width="1.9" stroke-linecap="round"></path>
</svg>`;
