/** What the process says to its caller. Codes from 64 up are those of sysexits.h. */
export const EXIT = {
  /** Every expectation and invariant held. */
  pass: 0,
  /** An expectation or an invariant failed. */
  fail: 1,
  /** Nothing tested the promise, or the run's event budget ended it. */
  unknown: 2,
  /** The user's input is wrong. */
  badInput: 64,
  /** A server or browser that the command needs is missing. */
  unavailable: 69,
  /** Our bug. */
  internal: 70,
  /** The output cannot be written. */
  cannotWrite: 73,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const GRAVITY: readonly ExitCode[] = [
  EXIT.cannotWrite,
  EXIT.badInput,
  EXIT.internal,
  EXIT.fail,
  EXIT.unknown,
];

/** The gravest of several outcomes: 73, 64, 70, 1, 2, 0 in this order. Of none: 0. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return GRAVITY.find((code) => codes.includes(code)) ?? EXIT.pass;
}
