/** What TLS and AUTH cost, from a cache's words. */
import { readAssumptions, tlsAssumptions } from "../../catalog/assumptions.ts";
import type { EngineSettings } from "../engine/redis/engine-settings.ts";
import type { Reading } from "./contract.ts";

interface EncryptionWords {
  readonly transitEncryptionEnabled?: boolean;
  readonly authToken?: boolean;
  readonly assume?: Readonly<Record<string, string>>;
}

/**
 * @param commandNs - main-thread time of a simple command, as AUTH is
 * @param offloads - whether threads of their own encrypt: then a command costs nothing more, unless the words say so
 */
export function encryptionOf(
  cache: string,
  words: EncryptionWords,
  { commandNs, offloads }: { readonly commandNs: number; readonly offloads: boolean },
  reading: Reading,
): Pick<EngineSettings, "transitEncryption" | "authToken"> {
  const assume = words.assume ?? {};
  const problem = (of: string, found: string, expected: string): void =>
    reading.problem({ path: ["assume", of], found, expected });
  const authToken = words.authToken === true ? { commandNs } : null;
  if (words.transitEncryptionEnabled !== true) {
    for (const { name } of tlsAssumptions)
      if (assume[name] !== undefined)
        problem(name, `is "${assume[name]}"`, "transitEncryptionEnabled: true in the cache");
    return { transitEncryption: null, authToken };
  }
  const counted = tlsAssumptions.filter(
    ({ name }) => name !== "tlsCommand" || !offloads || assume[name] !== undefined,
  );
  const report = { assumption: reading.assumption, problem };
  const assumed = readAssumptions(counted, assume, cache, report);
  const transitEncryption = {
    handshakeNs: assumed["tlsHandshake"] as number,
    commandNs: assumed["tlsCommand"] ?? 0,
  };
  return { transitEncryption, authToken };
}
