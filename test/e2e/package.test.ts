import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../architecture/project.ts";
import { built, inFolder, tree } from "./cachequake.ts";
import { brief } from "./scenarios.ts";

const TOP_LEVEL = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "dist",
  "package.json",
  "scenarios",
  "schema",
];

const npm = (words: readonly string[], cwd: string): string =>
  execFileSync("npm", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test(
  "the packed package holds what it needs, installs into an empty folder, and runs as `cachequake`",
  () =>
    inFolder((folder) => {
      built();
      npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], root);
      const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
      expect(archive).toBeDefined();

      const user = path.join(folder, "user");
      mkdirSync(user);
      writeFileSync(path.join(user, "package.json"), '{ "private": true }');
      const quiet = ["--silent", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
      npm(["install", ...quiet, path.join("..", archive as string)], user);
      const installed = path.join(user, "node_modules", "cachequake");
      const names = readdirSync(installed).toSorted((a, b) => (a < b ? -1 : 1));
      expect(names.filter((name) => name !== "node_modules")).toEqual(TOP_LEVEL);
      expect(tree(path.join(installed, "dist")).filter((name) => /\.test\./.test(name))).toEqual(
        [],
      );

      const command = path.join(user, "node_modules", ".bin", "cachequake");
      writeFileSync(path.join(user, "brief.yaml"), brief());
      const { status, stdout, stderr } = spawnSync(command, ["run", "brief.yaml"], {
        cwd: user,
        encoding: "utf8",
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain(path.join("reports", "brief", "1", "timeline.html"));

      const type = (...words: string[]): string =>
        execFileSync(command, words, { cwd: user, encoding: "utf8" });
      expect(type("completion", "bash")).toContain("complete -o default");
      type("init", "mine", "--kind", "single");
      expect(type("run", "mine.yaml")).toContain("PASS  mine");

      const program =
        'import { VERSION, run } from "cachequake"; console.log(VERSION, typeof run);';
      writeFileSync(path.join(user, "use.mjs"), program);
      expect(execFileSync(process.execPath, ["use.mjs"], { cwd: user, encoding: "utf8" })).toMatch(
        /^\d+\.\d+\.\d+ function\n$/,
      );
    }),
  180_000,
);
