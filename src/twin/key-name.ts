/** Names of keys on a real server: as the simulation hashes them. */
export function keyName(key: number, count: number): string {
  const width = Math.max(1, String(Math.max(0, count - 1)).length);
  return `key:${String(key).padStart(width, "0")}`;
}
