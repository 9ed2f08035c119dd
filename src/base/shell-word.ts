/** A word as it must be typed in a shell to arrive as it is. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_./=:%,+@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
