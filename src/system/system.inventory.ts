import { arch } from 'node:os';
import type { SystemInventory } from './system.snapshot.js';

async function read(): Promise<SystemInventory> {
  // Loaded when first needed: the package is large, and on Linux nothing else here uses it.
  const { default: si } = await import('systeminformation');
  const [os, cpu, machine] = await Promise.all([si.osInfo(), si.cpu(), si.system()]);
  return {
    operatingSystem: [os.distro, os.release].filter((part) => part !== '').join(' '),
    kernel: os.kernel,
    architecture: arch(),
    cpuModel: [cpu.manufacturer, cpu.brand].filter((part) => part !== '').join(' '),
    physicalCores: cpu.physicalCores,
    virtualization: machine.virtual ? machine.virtualHost || 'unknown' : null,
  };
}

/** Reads the inventory once per process, beside the first pass: it spawns tools and costs about 30 ms of processor. */
export class Inventory {
  private known: SystemInventory | null = null;
  private asked = false;

  /** null until it has been read; stays null when it cannot be read, because no figure depends on it. */
  current(): SystemInventory | null {
    if (!this.asked) {
      this.asked = true;
      void read().then(
        (inventory) => {
          this.known = inventory;
        },
        () => undefined,
      );
    }
    return this.known;
  }
}
