import { CommandError } from "./command-error.ts";
import { EXIT } from "./exit-code.ts";

/** Where results, errors and progress go. A port, so that commands are tested without a process. */
export interface Terminal {
  /** Results: standard output. */
  out(text: string): void;
  /** Errors, one or more lines: standard error. Control characters of the user's own input are shown, not sent. */
  err(text: string): void;
  /** Shows progress on one line that overwrites itself; `null` takes it away. Nothing unless a person watches. */
  progress(line: string | null): void;
  readonly color: boolean;
  /** Columns to fill; as in the report's own summary where nobody watches. */
  readonly width: number;
}

/** What `createTerminal` needs of a standard stream. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
}

const WIDTH_MIN = 60;
const WIDTH_MAX = 100;

/**
 * The terminal of a process. A reader that goes away (`| head`) ends the output, not the command; a full disk behind it
 * is thrown as CommandError (73) from the stream's own event.
 */
export function createTerminal(
  stdout: OutputStream,
  stderr: OutputStream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const writeOut = untilClosed(stdout);
  const writeErr = untilClosed(stderr);
  const watched = stderr.isTTY === true && environment["TERM"] !== "dumb";
  let shown = false;
  const clear = (): void => {
    if (shown) writeErr("\r\u001b[K");
    shown = false;
  };
  return {
    out(text) {
      clear();
      writeOut(text);
    },
    err(text) {
      clear();
      writeErr(`${visible(text)}\n`);
    },
    progress(line) {
      if (!watched) return;
      clear();
      if (line === null) return;
      writeErr(visible(line).slice(0, (stderr.columns ?? 80) - 1));
      shown = true;
    },
    color:
      stdout.isTTY === true &&
      environment["TERM"] !== "dumb" &&
      (environment["NO_COLOR"] ?? "") === "",
    width: Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, stdout.columns ?? WIDTH_MAX)),
  };
}

/** Text with control characters, and marks that turn the direction of writing, replaced by what can be seen. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function untilClosed(stream: OutputStream): (text: string) => void {
  let open = true;
  stream.on("error", (error) => {
    open = false;
    if (error.code === "EPIPE") return;
    const message = `Cannot write results or messages: ${error.message}`;
    throw new CommandError(EXIT.cannotWrite, message);
  });
  return (text) => {
    if (open) stream.write(text);
  };
}
