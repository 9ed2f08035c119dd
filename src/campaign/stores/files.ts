/**
 * Keeps answers in a folder: `campaign.jsonl`, a header and then a line for each finished job, in the order of finishing.
 *
 * What outlives what: a line is written whole, and handed to the operating system, before its job counts as finished,
 * so a process that is killed at any moment loses at most a line that it was writing. The disk is told to keep what it
 * has every 32 lines, after the header and at the end: where the machine itself loses power, the runs since then may
 * be lost and are run again. A line that is not whole is left out, wherever it stands; its job is run again.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { plainJson } from "../plain-json.ts";
import type { Store } from "../store.ts";
import { beginsCheckedLine, checkedLine, readCheckedLine } from "./log-lines.ts";
import { readLines } from "./read-lines.ts";
import { StoreError } from "./store-error.ts";
import { lockFolder } from "./writer-lock.ts";

export interface FileStoreOptions {
  /** Made where it is missing. */
  readonly folder: string;
  /** `new`: the folder must hold no campaign. `anew`: drops the one it holds. `resume`: goes on with it, if any. */
  readonly mode: "new" | "anew" | "resume";
  /** Version of the tool: another one may answer the same job otherwise. */
  readonly tool: string;
  /** What decides the answers and their meaning, by name, in the user's words: `{ seed: "42", profile: "az" }`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Name of the log in its folder. */
export const CAMPAIGN_LOG = "campaign.jsonl";
const FORMAT = "cachequake-campaign";
const FORMAT_VERSION = 1;
const SYNC_EVERY_LINES = 32;

export class FileStore<Answer> implements Store<Answer> {
  /** Lines that were not whole when the folder was opened. */
  readonly damagedLines: number;
  private readonly answers = new Map<string, Answer>();
  private readonly file: number;
  private readonly logPath: string;
  private readonly unlock: () => void;
  private endBytes = 0;
  private linesUnsynced = 0;
  private closed = false;

  /** @throws StoreError where the folder holds another campaign, or a live one */
  constructor(options: FileStoreOptions) {
    this.logPath = path.join(options.folder, CAMPAIGN_LOG);
    mkdirSync(options.folder, { recursive: true });
    this.unlock = lockFolder(options.folder);
    try {
      const exists = existsSync(this.logPath);
      this.file = openSync(this.logPath, exists ? "r+" : "wx+");
      try {
        if (options.mode === "anew") ftruncateSync(this.file, 0);
        this.damagedLines = this.read(options);
      } catch (error) {
        closeSync(this.file);
        throw error;
      }
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  load(): ReadonlyMap<string, Answer> {
    return this.answers;
  }

  append(key: string, answer: Answer): void {
    this.write(`"key":${JSON.stringify(key)},"answer":${plainJson(answer)}`);
    this.linesUnsynced++;
    if (this.linesUnsynced >= SYNC_EVERY_LINES) this.sync();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.sync();
    } finally {
      closeSync(this.file);
      this.unlock();
    }
  }

  /** Takes in what is there, or begins the log. Answers the number of damaged lines. */
  private read(options: FileStoreOptions): number {
    let header: Readonly<Record<string, unknown>> | null = null;
    let lines = 0;
    let damaged = 0;
    const { wholeBytes, torn } = readLines(this.file, (text) => {
      lines++;
      const line = readCheckedLine(text);
      if (lines === 1) header = line;
      else if (line === null) damaged++;
      else this.answers.set(line["key"] as string, line["answer"] as Answer);
    });
    const isNew = lines === 0 && beginsCheckedLine(torn);
    if (!isNew) this.recognise(header, options);
    // What was written in part when the process was killed goes.
    ftruncateSync(this.file, wholeBytes);
    this.endBytes = wholeBytes;
    if (isNew) this.begin(options);
    return damaged;
  }

  private begin({ tool, settings }: FileStoreOptions): void {
    const header = { format: FORMAT, version: FORMAT_VERSION, tool, settings };
    this.write(plainJson(header).slice(1, -1));
    this.sync();
  }

  /** @throws StoreError unless the log is one that these options go on with */
  private recognise(
    header: Readonly<Record<string, unknown>> | null,
    { mode, tool, settings }: FileStoreOptions,
  ): void {
    if (mode === "new") {
      throw new StoreError(
        `Cannot begin in ${this.logPath}: it holds ${this.answers.size} runs of a campaign, expected none; resume it, or choose another folder`,
      );
    }
    const refuse = (found: string, expected: string): never => {
      throw new StoreError(`Cannot resume ${this.logPath}: ${found}, expected ${expected}`);
    };
    if (header === null || header["format"] !== FORMAT)
      refuse("its first line is damaged or of something else", "the header of a campaign");
    const { version, tool: by, settings: kept } = header as Readonly<Record<string, unknown>>;
    if (version !== FORMAT_VERSION) refuse(`its format is ${version}`, `${FORMAT_VERSION}`);
    if (by !== tool) {
      refuse(`version ${by} began it`, `version ${tool}, because another may answer otherwise`);
    }
    const differences = differencesOf(kept as Readonly<Record<string, string>>, settings);
    if (differences.length > 0)
      refuse(`it was begun ${differences.join("; ")}`, "the same settings");
  }

  private write(members: string): void {
    const bytes = Buffer.from(`${checkedLine(members)}\n`, "utf8");
    let written = 0;
    try {
      while (written < bytes.length) {
        written += writeSync(
          this.file,
          bytes,
          written,
          bytes.length - written,
          this.endBytes + written,
        );
      }
    } catch (error) {
      ftruncateSync(this.file, this.endBytes);
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreError(`Cannot write to ${this.logPath}: ${why}`);
    }
    this.endBytes += bytes.length;
  }

  private sync(): void {
    fsyncSync(this.file);
    this.linesUnsynced = 0;
  }
}

/** `with seed 7 where 42 is asked`, for each setting that is not the same. */
function differencesOf(
  kept: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(asked)])];
  return names
    .filter((name) => kept[name] !== asked[name])
    .map((name) => {
      const before = kept[name] === undefined ? `without ${name}` : `with ${name} ${kept[name]}`;
      const now = asked[name] === undefined ? "none is asked" : `${asked[name]} is asked`;
      return `${before} where ${now}`;
    });
}
