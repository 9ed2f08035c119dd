/** 12 words each at most for a hundred operations at once: some 100 MB. */
export const DEFAULT_CONFIGURATIONS = 2_000_000;
