import { fileURLToPath } from "node:url";

/** The folder of the installed package: two above this file, in `src/` as in `dist/`. */
export const packageRoot: string = fileURLToPath(new URL("../../", import.meta.url));
