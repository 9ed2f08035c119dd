/** Colours and patterns of the timeline, for light and dark. Roles and states differ by pattern and label, not colour alone. */

export const SVG_STYLE = `
.cq { --bg:#ffffff; --ink:#1b2430; --soft:#5a6675; --line:#7f8894; --primary:#1f5fbf; --primary-ink:#ffffff; --replica:#cfe0f7; --replica-ink:#17406f;
  --down:#e7e9ec; --down-ink:#3d4652; --fault:#f6d9c8; --fault-ink:#8a3a10; --ok:#1c7a4a; --bad:#b3261e; --warn:#8a5a00; --accent:#6b3fa0; --grid:#7f8894; --stroke:#6a7583; }
@media screen and (prefers-color-scheme: dark) {
  .cq { --bg:#12171e; --ink:#e6ebf2; --soft:#a3afbd; --line:#76808d; --primary:#5b9bf0; --primary-ink:#0b1420; --replica:#22385a; --replica-ink:#cfe0f7;
    --down:#2a313b; --down-ink:#c4ccd6; --fault:#4a2a1a; --fault-ink:#f3b692; --ok:#5fc78e; --bad:#ff8a80; --warn:#e2b04a; --accent:#c3a1f2; --grid:#76808d; --stroke:#8d99a8; }
}
.cq text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-size: 12px; fill: var(--ink); }
.cq .soft { fill: var(--soft); }
.cq .title { font-size: 20px; font-weight: 600; }
.cq .head { font-size: 13px; font-weight: 600; }
.cq .small { font-size: 11.5px; }
.cq .end { text-anchor: end; }
.cq .mid { text-anchor: middle; }
.cq .bg { fill: var(--bg); }
.cq .pass { fill: var(--ok); font-weight: 600; }
.cq .fail { fill: var(--bad); font-weight: 600; }
.cq .unknown { fill: var(--warn); font-weight: 600; }
.cq .grid { stroke: var(--grid); stroke-width: 1; stroke-dasharray: 1 5; }
.cq .rule { stroke: var(--line); stroke-width: 1; }
.cq .fault { fill: var(--fault); opacity: .55; }
.cq .faultbar { fill: var(--fault-ink); }
.cq .faultedge { stroke: var(--fault-ink); stroke-width: 1; stroke-dasharray: 2 2; }
.cq .faultname { fill: var(--fault-ink); font-weight: 600; }
.cq .faultname, .cq .eventname, .cq .halo { paint-order: stroke; stroke: var(--bg); stroke-width: 4px; stroke-linejoin: round; }
.cq .primary { fill: var(--primary); }
.cq .secondary { fill: url(#cq-secondary); stroke: var(--primary); stroke-width: 1; }
.cq .secondarybg { fill: var(--replica); }
.cq .secondaryline { stroke: var(--primary); stroke-width: 2.5; }
.cq .replica { fill: var(--replica); stroke: var(--stroke); stroke-width: .75; }
.cq .none { fill: var(--bg); stroke: var(--line); }
.cq .primaryname { fill: var(--primary-ink); font-size: 11.5px; }
.cq .replicaname { fill: var(--replica-ink); font-size: 11.5px; }
.cq .statename { fill: var(--down-ink); font-size: 11.5px; }
.cq .down { fill: url(#cq-down); stroke: var(--stroke); stroke-width: .5; }
.cq .provisioning { fill: var(--bg); stroke: var(--stroke); stroke-dasharray: 4 3; }
.cq .syncing { fill: url(#cq-syncing); stroke: var(--stroke); stroke-width: .5; }
.cq .paused { fill: url(#cq-paused); stroke: var(--stroke); stroke-width: .5; }
.cq .minority { fill: url(#cq-minority); stroke: var(--stroke); stroke-width: .5; }
.cq .patternbg { fill: var(--down); }
.cq .patternline { stroke: var(--stroke); stroke-width: 1; }
.cq .patterndot { fill: var(--stroke); }
.cq .success { stroke: var(--ok); stroke-width: 1.5; fill: none; }
.cq .p99 { stroke: var(--accent); stroke-width: 1.5; fill: none; }
.cq .p50 { stroke: var(--primary); stroke-width: 1.5; fill: none; stroke-dasharray: 5 3; }
.cq .lag { stroke: var(--warn); stroke-width: 1.2; fill: none; }
.cq .phase { fill: var(--accent); }
.cq .rpo { fill: var(--bad); }
.cq .event { stroke: var(--accent); stroke-width: 1.5; }
.cq .lossedge { stroke: var(--bad); stroke-width: 1.5; }
.cq .eventmark { fill: var(--accent); }
.cq .eventname { fill: var(--accent); font-size: 11.5px; }
`;
