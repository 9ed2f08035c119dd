/** Lanes of nodes, grouped by Region, cache and shard. */
import type { NodeInterval, Result } from "../run/result.ts";
import { plain } from "./format.ts";
import type { Pen } from "./pen.ts";
import { intervalClass, type Sheet, shorten, textWidth } from "./sheet.ts";
import type { TimeScale } from "./time-scale.ts";

const LANE_HEIGHT = 18;
const LANE_GAP = 4;
const LABEL_WIDTH = 188;
/** Beyond this, nodes to which nothing happened are only counted. */
const LANES_MAX = 40;

export interface LaneGroup {
  readonly title: string;
  readonly lanes: readonly {
    readonly id: string;
    readonly zone: string;
    readonly intervals: readonly NodeInterval[];
  }[];
  readonly hidden: number;
}

export function laneGroups(result: Result): LaneGroup[] {
  const groups = new Map<string, { lanes: LaneGroup["lanes"][number][]; hidden: number }>();
  const total = Object.values(result.caches).reduce((sum, cache) => sum + cache.nodes.length, 0);
  for (const [cache, { nodes }] of Object.entries(result.caches)) {
    for (const node of nodes) {
      const title = `${node.region} · ${cache} · shard ${node.shard}`;
      const group = groups.get(title) ?? { lanes: [], hidden: 0 };
      groups.set(title, group);
      if (total > LANES_MAX && node.intervals.length < 2) group.hidden++;
      else group.lanes.push(node);
    }
  }
  return [...groups]
    .map(([title, group]) => ({ title, ...group }))
    .filter((group) => total <= LANES_MAX || group.lanes.length > 0);
}

/** Draws from `top` on; returns where it ended. */
export function drawLanes(
  svg: Pen,
  groups: readonly LaneGroup[],
  sheet: Sheet,
  scale: TimeScale,
  top: number,
): number {
  let y = top;
  for (const group of groups) {
    y += 18;
    const more = group.hidden === 0 ? "" : ` (${group.hidden} nodes without change not shown)`;
    svg
      .append("text")
      .attr("class", "head")
      .attr("x", sheet.pad)
      .attr("y", y)
      .text(plain(group.title + more));
    y += 8;
    for (const lane of group.lanes) {
      svg
        .append("text")
        .attr("class", "small soft")
        .attr("x", sheet.left - LABEL_WIDTH - 6)
        .attr("y", y + 13)
        .text(laneLabel(lane.id, lane.zone));
      for (const interval of lane.intervals) drawInterval(svg, interval, scale, y);
      y += LANE_HEIGHT + LANE_GAP;
    }
  }
  return y + 6;
}

/**
 * A node and its zone. Where they are too long, the cache's name goes, which stands in the heading: what tells the nodes of a
 * shard apart is at the end.
 */
export function laneLabel(id: string, zone: string): string {
  const whole = plain(`${id} · ${zone}`);
  if (textWidth(whole, 11) <= LABEL_WIDTH) return whole;
  const number = /(?:\d{4}-)?\d{3}$/.exec(id)?.[0];
  return shorten(plain(`${number === undefined ? id : `…${number}`} · ${zone}`), 11, LABEL_WIDTH);
}

/** Names on patterns stand on a plate of the pattern's ground. */
const PLATES: Readonly<Record<string, string>> = {
  down: "patternbg",
  syncing: "patternbg",
  paused: "patternbg",
  minority: "patternbg",
  secondary: "secondarybg",
};

const INKS: Readonly<Record<string, string>> = {
  primary: "primaryname",
  secondary: "replicaname",
  replica: "replicaname",
};

function drawInterval(svg: Pen, interval: NodeInterval, scale: TimeScale, y: number): void {
  const x = scale.x(interval.from);
  const width = Math.max(1.5, scale.x(interval.to) - x);
  const className = intervalClass(interval);
  const bar = svg
    .append("rect")
    .attr("class", className)
    .attr("x", x)
    .attr("y", y)
    .attr("width", width)
    .attr("height", LANE_HEIGHT);
  const name = interval.state === "serving" ? interval.role : interval.state;
  const when = `${interval.from} s to ${interval.to} s`;
  bar.append("title").text(`${interval.role}, ${interval.state}, ${when}`);
  if (textWidth(name, 11) + 10 > width) return;
  const plate = PLATES[className];
  if (plate !== undefined)
    svg
      .append("rect")
      .attr("class", plate)
      .attr("x", x + 3)
      .attr("y", y + 2)
      .attr("width", textWidth(name, 11) + 6)
      .attr("height", LANE_HEIGHT - 4);
  svg
    .append("text")
    .attr("class", INKS[className] ?? "statename")
    .attr("x", x + 6)
    .attr("y", y + 13)
    .text(name);
}
