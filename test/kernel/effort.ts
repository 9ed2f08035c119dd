/** How often a law is tried: so many times, or an eighth of that where each mutant of the sources has to be judged. */
export const effort = (times: number): number =>
  process.env["MUTATION_FLOOR"] === undefined ? times : Math.ceil(times / 8);
