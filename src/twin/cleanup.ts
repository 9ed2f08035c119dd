/** What must be undone however the process ends: by its own end, an error or a signal. */
export class Cleanup {
  private readonly undos: (() => void)[] = [];
  private readonly onExit = (): void => this.run();
  /** A terminal that closes; Ctrl-C and SIGTERM are answered by the command line, which exits. */
  private readonly onHangUp = (): void => process.exit(129);

  constructor() {
    process.once("exit", this.onExit);
    process.once("SIGHUP", this.onHangUp);
  }

  /** Adds something to undo: synchronous, for nothing else runs while a process exits. */
  add(undo: () => void): void {
    this.undos.push(undo);
  }

  /** Undoes everything, the latest first; one that fails does not keep the others from it. */
  run(): void {
    process.off("exit", this.onExit);
    process.off("SIGHUP", this.onHangUp);
    while (this.undos.length > 0) {
      try {
        this.undos.pop()?.();
      } catch {
        // What is gone already needs no undoing.
      }
    }
  }
}
