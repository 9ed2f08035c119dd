import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** A primary's history holds every write that was acknowledged in it. Looks at every recorded position of a primary. */
export function acknowledgedWasAppended({ measured }: CheckContext): InvariantVerdict {
  const id = "acknowledged-was-appended";
  const { positions, missing } = measured.appended;
  if (missing === null) {
    const reason = `${positions} positions of primaries, none behind what they had acknowledged`;
    return { id, verdict: "pass", checked: positions, reason };
  }
  const reason =
    `${missing.node} stood at offset ${missing.offset} at ${seconds(missing.at)}, behind offset ` +
    `${missing.acknowledged} that it had acknowledged`;
  return { id, verdict: "fail", checked: positions, reason };
}
