/** The look of every figure. Colours are the variables that palette.js sets. */

export const css = `
.xf { container-type: inline-size; color: var(--xf-ink); font-size: 15px; line-height: 1.45;
  font-variant-numeric: tabular-nums; text-align: left; max-width: 800px; margin: 0 auto; }
.xf *, .xf *::before { box-sizing: border-box; }
.xf-columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px 28px; }
@container (min-width: 640px) {
  .xf-columns { grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); align-items: start; }
}
.xf-stage { position: relative; min-width: 0; }
.xf-stage > svg, .xf-stage > canvas { display: block; }
.xf-stage > canvas { position: absolute; border-radius: 4px; }
.xf-stage > svg { position: relative; overflow: visible; max-width: none; }
.xf svg text { fill: var(--xf-ink); font-size: 13px; font-family: inherit; }
.xf svg .xf-axes text { fill: var(--xf-muted); font-size: 12px; }
.xf-grid { stroke: var(--xf-grid); stroke-width: 1; }
.xf-zero { stroke: var(--xf-muted); stroke-width: 1; }
.xf-symbol { font-family: "STIX Two Text", "Latin Modern Roman", Cambria, "Times New Roman", serif;
  font-style: italic; }
.xf svg text.xf-symbol { font-size: 16px;
  font-family: "STIX Two Text", "Latin Modern Roman", Cambria, "Times New Roman", serif; }
.xf-halo { paint-order: stroke; stroke: var(--xf-surface); stroke-width: 4px;
  stroke-linejoin: round; }

.xf-handle { cursor: grab; outline: none; }
.xf-handle.xf-dragged, .xf-line.xf-dragged { cursor: grabbing; }
.xf-touch { fill: transparent; }
.xf-focus { fill: none; stroke: var(--xf-ink); stroke-width: 2; opacity: 0; }
.xf-handle:focus-visible .xf-focus, .xf-handle.xf-dragged .xf-focus { opacity: 1; }
.xf-mark { fill: var(--xf-surface); stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-handle.xf-model .xf-mark { fill: var(--xf-model); }
.xf-handle.xf-gradient .xf-mark { fill: var(--xf-gradient); }

.xf-slider { display: grid; grid-template-columns: minmax(2.2em, auto) minmax(0, 1fr) 3.6em;
  align-items: center; gap: 10px; min-height: 44px; margin: 0; font-weight: normal; }
.xf-value { text-align: right; }
.xf input[type="range"] { width: 100%; height: 44px; margin: 0; background: transparent;
  accent-color: var(--xf-model); cursor: pointer; }
.xf-choice { border: 0; margin: 0 0 8px; padding: 0; min-width: 0; }
.xf-choice legend { font-size: 13px; color: var(--xf-muted); padding: 0; margin: 0 0 4px;
  float: none; width: auto; }
.xf-options { display: flex; flex-wrap: wrap; gap: 6px; }
.xf-option { position: relative; display: inline-flex; margin: 0; font-weight: normal; }
.xf-option input { position: absolute; inset: 0; opacity: 0; margin: 0; width: 100%;
  height: 100%; cursor: pointer; }
.xf-option span { display: inline-flex; align-items: center; min-height: 44px; min-width: 44px;
  padding: 0 13px; border: 1px solid var(--xf-muted); border-radius: 8px; justify-content: center; }
.xf-option input:checked + span { background: var(--xf-ink); color: var(--xf-surface);
  border-color: var(--xf-ink); }
.xf-option input:focus-visible + span { outline: 3px solid var(--xf-data); outline-offset: 2px; }
.xf input[type="range"]:focus-visible { outline: 3px solid var(--xf-data); outline-offset: -8px;
  border-radius: 12px; }

.xf-readout { background: var(--xf-panel); border-radius: 8px; padding: 10px 14px; margin: 8px 0 0; }
.xf-readout p { margin: 0; line-height: 1.6; }
.xf-result { white-space: nowrap; }
.xf-readout b { font-weight: 650; }
.xf-note { color: var(--xf-muted); font-size: 13.5px; }
.xf [hidden] { display: none; }
@media (prefers-reduced-motion: no-preference) {
  .xf-focus { transition: opacity 0.12s; }
}
@media (forced-colors: active) {
  .xf-option input:checked + span { forced-color-adjust: none; }
}
`;
