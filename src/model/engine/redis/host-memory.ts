/**
 * The physical memory of a node's host: what the process uses, what a forked child makes it copy, what waits for
 * replicas, and what others on the host take.
 *
 * Models: pages copied on write while a child lives (the fewer are left to copy, the fewer a write copies); a managed
 * node without memory for a fork, which synchronises in its own process and delays writes meanwhile; swap, once more is
 * used than there is: a command waits for a page as often as the share of memory that was swapped out.
 * Leaves out: pages dirtied by deletions, expiry and a replica's own stream, huge pages, the kernel's own memory, which
 * pages are swapped out, a process that is killed for want of memory.
 * Source: ElastiCache user guide: forked if memory is enough, else forkless, which delays writes under heavy write load;
 * a child can use up reserved memory; SwapUsage beyond FreeableMemory is a sign of memory pressure.
 */
import type { Nanos } from "../../../base/nanos.ts";

/** Sizes in bytes. */
export interface HostMemorySettings {
  readonly physicalBytes: number;
  /** What one write of a small value makes the process copy while a child lives. */
  readonly copyOnWriteBytes: number;
  /** From a touch of a page that was swapped out until it is back. */
  readonly swapPageInNs: Nanos;
  /** Null: the process always forks. */
  readonly forkless: {
    /** Free memory that a fork needs, as a share of what the process uses. */
    readonly headroomShare: number;
    /** How much longer a write takes during a synchronisation without a fork. */
    readonly writeDelayNs: Nanos;
  } | null;
}

export class HostMemory {
  /** Copied since the fork. */
  copiedBytes = 0;
  /** A child, or a synchronisation without one, is under way. */
  saving = false;
  /** That one has no child. */
  forkless = false;
  /** Written and not yet sent to replicas. */
  outputBufferBytes = 0;
  /** Taken by others on the host. */
  pressureBytes = 0;
  swappedBytes = 0;
  /** What a command takes longer: expected values, so that they draw nothing. */
  readDelayNs: Nanos = 0;
  writeDelayNs: Nanos = 0;

  constructor(readonly settings: HostMemorySettings) {}

  /** All that is in use, of which a process's own part is `usedBytes`. */
  private total(usedBytes: number): number {
    return usedBytes + this.copiedBytes + this.outputBufferBytes + this.pressureBytes;
  }

  freeBytes(usedBytes: number): number {
    return Math.max(0, this.settings.physicalBytes - this.total(usedBytes));
  }

  /** A synchronisation begins: with a child, if memory is enough for one. */
  beginSave(usedBytes: number): void {
    const { forkless } = this.settings;
    this.saving = true;
    this.forkless =
      forkless !== null && this.freeBytes(usedBytes) < forkless.headroomShare * usedBytes;
    this.weigh(usedBytes);
  }

  /** The child was reaped: its copies are gone with it. */
  endSave(usedBytes: number): void {
    this.saving = false;
    this.forkless = false;
    this.copiedBytes = 0;
    this.weigh(usedBytes);
  }

  /** A write of so many bytes while a synchronisation is under way. */
  written(usedBytes: number, bytes: number): void {
    if (this.forkless) return;
    const left = Math.max(0, 1 - this.copiedBytes / usedBytes);
    const copied = (this.settings.copyOnWriteBytes + bytes) * left;
    this.copiedBytes = Math.min(usedBytes, this.copiedBytes + copied);
    if (this.total(usedBytes) > this.settings.physicalBytes) this.weigh(usedBytes);
  }

  /** The process is gone, with all that it held. */
  clear(): void {
    this.outputBufferBytes = 0;
    this.endSave(0);
  }

  /** Works out anew what is swapped out, and what that costs. */
  weigh(usedBytes: number): void {
    const { physicalBytes, swapPageInNs, forkless } = this.settings;
    const own = usedBytes + this.copiedBytes + this.outputBufferBytes;
    this.swappedBytes = Math.max(0, Math.min(own, own + this.pressureBytes - physicalBytes));
    this.readDelayNs = own === 0 ? 0 : Math.round((swapPageInNs * this.swappedBytes) / own);
    const cooperative = this.forkless && forkless !== null ? forkless.writeDelayNs : 0;
    this.writeDelayNs = this.readDelayNs + cooperative;
  }
}
