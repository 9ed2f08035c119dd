import { plainJson } from "../plain-json.ts";
import type { Store } from "../store.ts";

/** Keeps answers for as long as the process lives, as the text that a file would hold. */
export class MemoryStore<Answer> implements Store<Answer> {
  private readonly texts = new Map<string, string>();

  load(): Map<string, Answer> {
    const entries = [...this.texts].map(
      ([key, text]) => [key, JSON.parse(text) as Answer] as const,
    );
    return new Map(entries);
  }

  append(key: string, answer: Answer): void {
    this.texts.set(key, plainJson(answer));
  }

  close(): void {
    // Nothing is open.
  }
}
