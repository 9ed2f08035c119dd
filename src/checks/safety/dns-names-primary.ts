import type { NodeRole } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** A primary endpoint's record is changed only to a node that leads. Looks at every change. */
export function dnsNamesPrimary({ records }: CheckContext): InvariantVerdict {
  const id = "dns-names-primary";
  const roles = new Map<string, NodeRole>();
  let checked = 0;
  for (const record of records) {
    if (record.kind === "node-state") roles.set(record.node, record.role);
    if (record.kind !== "dns-updated" || record.endpoint !== "primary") continue;
    checked++;
    const node = record.nodes.find((named) => !leads(roles.get(named)));
    if (node === undefined) continue;
    const reason =
      `the primary endpoint of ${record.cache} named ${node} from ${seconds(record.at)}, whose role was ` +
      `${roles.get(node) ?? "unknown"}`;
    return { id, verdict: "fail", checked, reason };
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} changes of a primary endpoint, each to a node that led`,
  };
}

const leads = (role: NodeRole | undefined): boolean =>
  role === "primary" || role === "secondary-primary";
