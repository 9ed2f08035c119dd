/** A run's faults as an experiment of another tool, and a word for what that tool cannot do. */

/** A fault, or a step, and what there is to say of it. */
export interface Remark {
  /** Kind, whom it was aimed at, and when. */
  readonly fault: string;
  readonly word: string;
}

export interface Experiment {
  readonly tool: "AWS FIS" | "Chaos Mesh";
  /** `fis.json`, `chaos-mesh.yaml`. */
  readonly name: string;
  /** Null where nothing can be expressed. */
  readonly contents: string | null;
  /** Faults and steps of the run. */
  readonly faults: number;
  readonly expressed: number;
  /** What cannot be expressed, and why. */
  readonly missing: readonly Remark[];
  /** What is expressed, but not quite: how it differs. */
  readonly different: readonly Remark[];
}

/** What a tool makes of one fault: something, with how it differs; or why it makes nothing of it. */
export type Expressed<Action> =
  | { readonly actions: readonly Action[]; readonly differs?: readonly string[] }
  | { readonly cannot: string };

/** Load and human acts are no faults: whoever repeats the run sees to them. */
export const LOAD = "is load: the generator of the traffic has to do it";
export const STEP = "is a human act: done by hand at that time";

/** Notes on one fault, in one line. */
export const remark = (fault: string, words: readonly string[] = []): Remark[] =>
  words.length === 0 ? [] : [{ fault, word: words.join("; ") }];

/** Those that there is something of, as files. */
export const experimentFiles = (
  experiments: readonly Experiment[],
  prefix: string,
): { readonly name: string; readonly contents: string }[] =>
  experiments.flatMap(({ name, contents }) =>
    contents === null ? [] : [{ name: `${prefix}${name}`, contents }],
  );
