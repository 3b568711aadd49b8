import { execFileSync, spawn } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { describeCollector, type CollectorUnderTest } from '../../test/contracts/collector.contract.js';
import { temporaryDirectory, until } from '../../test/support/process.js';
import { AppError, SystemClock } from '../core/index.js';
import { SystemCollector } from './system.collector.js';
import { Inventory } from './system.inventory.js';
import { LinuxReader } from './system.linux.js';
import { MountReader } from './system.mounts.js';
import { PortableReader } from './system.portable.js';
import type { SystemReader } from './system.reader.js';

const limits = {
  HEALTH_CPU_WARN_PERCENT: 80,
  HEALTH_MEMORY_WARN_PERCENT: 85,
  HEALTH_DISK_WARN_PERCENT: 80,
  HEALTH_DISK_CRITICAL_PERCENT: 90,
};
const clock = new SystemClock();
const inventory = new Inventory();
const onLinux = process.platform === 'linux' ? describe : describe.skip;
const patience = (): AbortSignal => AbortSignal.timeout(5_000);
const tool = (file: string, ...args: string[]): string => execFileSync(file, args, { encoding: 'utf8' });
const newReader = (): LinuxReader => new LinuxReader(clock, inventory);

/** Its tools must have ended before this file does. */
beforeAll(() => until('the inventory was read', () => inventory.current() !== null));

function contractOf(reader: SystemReader): { live(): Promise<CollectorUnderTest> } {
  const collector = new SystemCollector(limits, reader) as unknown as CollectorUnderTest['collector'];
  return { live: () => Promise.resolve({ collector, dispose: () => Promise.resolve() }) };
}

onLinux('on Linux', () => {
  describeCollector('system', contractOf(newReader()));
});
describeCollector('system through systeminformation', contractOf(new PortableReader(clock, inventory)));

onLinux('the figures of this machine', () => {
  it('agree with free: totals exactly, the rest within the churn of a busy machine', async () => {
    const { memory } = await newReader().read(patience());
    const [total, used, free, , , available] = (/^Mem:\s+(.*)$/m.exec(tool('free', '-b'))?.[1] ?? '')
      .split(/\s+/)
      .map(Number);
    const [swapTotal] = (/^Swap:\s+(.*)$/m.exec(tool('free', '-b'))?.[1] ?? '').split(/\s+/).map(Number);
    expect(memory.host.totalBytes).toBe(total);
    expect(memory.swap.totalBytes).toBe(swapTotal);
    if (memory.limitedBy === 'cgroup') return;
    // Other programs allocate between our reading and the tool's: 3 % of the machine is far above what 100 ms bring.
    const churn = (total ?? 0) * 0.03;
    expect(Math.abs(memory.availableBytes - (available ?? 0))).toBeLessThan(churn);
    expect(Math.abs(memory.freeBytes - (free ?? 0))).toBeLessThan(churn);
    // procps before 4.0 leaves shared memory out of used, which is part of the churn allowed here.
    expect(Math.abs(memory.usedBytes - (used ?? 0))).toBeLessThan(churn);
  });

  it('agree with df for every file system: size exactly, use within what is written meanwhile', async () => {
    const { fileSystems } = await newReader().read(patience());
    expect(fileSystems.map((one) => one.path)).toContain('/');
    for (const one of fileSystems) {
      const line = tool('df', '-B1', '-P', one.path).trim().split('\n').at(-1) ?? '';
      const [total, used, free, capacity] = line
        .split(/\s+/)
        .slice(1)
        .map((column) => Number(column.replace('%', '')));
      expect(one.totalBytes).toBe(total);
      // Parallel builds and databases write some 100 MB between two calls at most.
      expect(Math.abs(one.usedBytes - (used ?? 0))).toBeLessThan(500e6);
      expect(Math.abs(one.freeBytes - (free ?? 0))).toBeLessThan(500e6);
      // df rounds up; one step more where a write in between crosses a whole number.
      expect(Math.abs(Math.ceil(one.usagePercent) - (capacity ?? 0))).toBeLessThanOrEqual(1);
    }
  });

  it('agree with nproc, /proc/loadavg, /proc/uptime and uname', async () => {
    const snapshot = await newReader().read(patience());
    if (snapshot.cpu.limitedBy === 'host') expect(snapshot.cpu.coreCount).toBe(Number(tool('nproc')));
    expect(snapshot.cpu.host.coreCount).toBe(cpus().length);
    const loads = readFileSync('/proc/loadavg', 'utf8').split(' ').map(Number);
    // The kernel renews the load every 5 s; one renewal in between moves the 1-minute mean by a part of the new load.
    const step = [1, 0.3, 0.1];
    for (const [i, load] of (snapshot.cpu.loadAverage ?? []).entries()) {
      expect(Math.abs(load - (loads[i] ?? 0))).toBeLessThan((step[i] ?? 0) * Math.max(1, loads[0] ?? 0));
    }
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    expect(uptime - snapshot.uptimeSeconds).toBeGreaterThanOrEqual(0);
    expect(uptime - snapshot.uptimeSeconds).toBeLessThan(5);
    expect(snapshot.platform).toContain(tool('uname', '-r').trim());
    expect(snapshot.runtimeVersion).toBe(process.versions.node);
  });

  it('know the operating system and the processor', async () => {
    const snapshot = await newReader().read(patience());
    expect(snapshot.inventory?.kernel).toBe(tool('uname', '-r').trim());
    expect(snapshot.inventory?.architecture).toBe(process.arch);
    expect(snapshot.inventory?.physicalCores).toBeGreaterThan(0);
  });

  it('show a busy core: its use rises while a program spins and nothing else changes', async () => {
    const reader = newReader();
    await reader.read(patience());
    const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    try {
      const share = 100 / cpus().length;
      await until('the use shows the spinning program', async () => {
        const { cpu } = await reader.read(patience());
        const top = Math.max(...cpu.cores.map((core) => core.usagePercent ?? 0));
        return (cpu.usagePercent ?? 0) >= share * 0.8 && top >= 80;
      });
    } finally {
      busy.kill('SIGKILL');
    }
  });

  it('are given up with an AppError when the signal is aborted, also in the middle of the first window', async () => {
    const abort = new AbortController();
    const pass = newReader().read(abort.signal);
    abort.abort();
    const failure: unknown = await pass.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect((failure as AppError).kind).toBe('unavailable');
  });
});

/** The true time, that a test may push on. */
class MovableClock extends SystemClock {
  aheadMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.aheadMs;
  }
}

/** A recorded machine with other kernel files over it, in a directory of its own. */
function machineWith(files: Readonly<Record<string, string>>) {
  const directory = temporaryDirectory('system');
  cpSync(join(__dirname, 'testdata/vm'), directory.path, { recursive: true });
  const write = (all: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(join(directory.path, name, '..'), { recursive: true });
      writeFileSync(join(directory.path, name), text.replaceAll('@ROOT@', directory.path));
    }
  };
  write(files);
  const kernel = { proc: join(directory.path, 'proc'), sys: join(directory.path, 'sys') };
  const movable = new MovableClock();
  return { reader: new LinuxReader(movable, inventory, kernel), clock: movable, write, remove: directory.remove };
}

describe('a container with limits of cgroup v2', () => {
  const mib = 1024 ** 2;
  const files = {
    'proc/self/cgroup': '0::/inner\n',
    'proc/self/mountinfo': '30 21 0:26 / @ROOT@/cgroup ro - cgroup2 cgroup rw\n',
    'cgroup/memory.max': String(1024 * mib),
    'cgroup/memory.current': String(900 * mib),
    'cgroup/memory.stat': `anon ${600 * mib}\nfile ${250 * mib}\ninactive_file ${200 * mib}\n`,
    'cgroup/cpu.max': '50000 100000\n',
    'cgroup/cpu.stat': 'usage_usec 5000000\nnr_throttled 3\nthrottled_usec 250000\n',
    'cgroup/inner/memory.max': 'max\n',
    'cgroup/inner/cpu.max': 'max 100000\n',
    'cgroup/inner/cpuset.cpus.effective': '0-1\n',
  };

  it('has the memory and the processors of the tightest limit above it, with the machine beside them', async () => {
    const machine = machineWith(files);
    const { memory, cpu } = await machine.reader.read(patience());
    machine.remove();
    expect(memory).toMatchObject({
      limitedBy: 'cgroup',
      totalBytes: 1024 * mib,
      usedBytes: 700 * mib,
      freeBytes: 124 * mib,
      availableBytes: 324 * mib,
      cachedBytes: 250 * mib,
      host: { totalBytes: 24684096 * 1024 },
    });
    expect(memory.usagePercent).toBeCloseTo((700 / 1024) * 100);
    expect(cpu).toMatchObject({ limitedBy: 'quota', coreCount: 0.5, throttledSeconds: 0.25, host: { coreCount: 2 } });
  });

  it('is as busy as its group, while the machine is as busy as it is', async () => {
    const machine = machineWith(files);
    await machine.reader.read(patience());
    // 2 of the 5 seconds that half a core may use in the 10 seconds until the next pass.
    machine.write({ 'cgroup/cpu.stat': 'usage_usec 7000000\nthrottled_usec 9000000\n' });
    machine.clock.aheadMs = 10_000;
    const { cpu } = await machine.reader.read(patience());
    machine.remove();
    // The few real milliseconds between the passes are the difference to 40.
    expect(cpu.usagePercent).toBeCloseTo(40, 0);
    // The recorded machine's own counters stand still.
    expect(cpu.host.usagePercent).toBeNull();
  });

  it('has the cores of its cpuset where there is no quota', async () => {
    const machine = machineWith({
      ...files,
      'cgroup/cpu.max': 'max 100000\n',
      'cgroup/inner/cpuset.cpus.effective': '1\n',
      'cgroup/inner/cpu.stat': 'usage_usec 1000\n',
    });
    const { cpu } = await machine.reader.read(patience());
    machine.remove();
    expect(cpu).toMatchObject({ limitedBy: 'cpuset', coreCount: 1, throttledSeconds: null });
  });

  it('takes the level with the least room when several are limited', async () => {
    const machine = machineWith({
      ...files,
      'cgroup/inner/memory.max': String(512 * mib),
      'cgroup/inner/memory.current': String(100 * mib),
    });
    const { memory } = await machine.reader.read(patience());
    machine.remove();
    // 412 MiB of room inside, 324 MiB outside.
    expect(memory.totalBytes).toBe(1024 * mib);
  });

  it('is the machine itself where its limits are beyond the machine', async () => {
    const machine = machineWith({
      ...files,
      'cgroup/memory.max': String(2 ** 50),
      'cgroup/cpu.max': '400000 100000\n',
    });
    const { memory, cpu } = await machine.reader.read(patience());
    machine.remove();
    expect([memory.limitedBy, cpu.limitedBy]).toEqual(['host', 'host']);
  });
});

describe('a machine that tells little', () => {
  it('is read without the files that kernels may lack, which become null and nothing else', async () => {
    const machine = machineWith({
      'proc/stat': 'cpu  100 0 100 800\ncpu0 100 0 100 800\n',
      'proc/loadavg': '',
      'proc/cpuinfo': 'processor: 0\n',
      'proc/pressure/io': '',
      'proc/sys/fs/file-nr': '',
      'proc/diskstats': '',
    });
    const snapshot = await machine.reader.read(patience());
    machine.remove();
    expect(snapshot).toMatchObject({ disks: [], openFiles: null, processes: null });
    expect(snapshot.cpu).toMatchObject({ loadAverage: null, frequencyMhz: null, contextSwitches: null });
    expect(snapshot.pressure.io).toBeNull();
    expect(snapshot.pressure.cpu).not.toBeNull();
  });

  it('takes the clock from the frequency policies where cpuinfo has none', async () => {
    const policy = 'sys/devices/system/cpu/cpufreq/policy';
    const machine = machineWith({
      'proc/cpuinfo': 'processor: 0\n',
      [`${policy}0/scaling_cur_freq`]: '1500000\n',
      [`${policy}4/scaling_cur_freq`]: '2500000\n',
    });
    const { cpu } = await machine.reader.read(patience());
    machine.remove();
    expect(cpu.frequencyMhz).toBe(2000);
  });

  it('fails with system.unreadable without /proc', async () => {
    const directory = temporaryDirectory('system');
    const reader = new LinuxReader(clock, inventory, { proc: directory.path, sys: directory.path });
    const failure: unknown = await reader.read(patience()).catch((error: unknown) => error);
    directory.remove();
    expect(failure).toMatchObject({ code: 'system.unreadable', kind: 'unavailable' });
  });
});

/** Mounting needs rights that a container may lack. */
function mayMount(): boolean {
  try {
    closeSync(openSync('/dev/fuse', 'r+'));
    tool('unshare', '--mount', 'true');
    return true;
  } catch {
    return false;
  }
}

onLinux('a mount that hangs', () => {
  const support = join(__dirname, '../../test/support');

  (mayMount() ? it : it.skip)(
    'is reported in every pass, spares all other figures, and does not keep the process from ending',
    () => {
      const directory = temporaryDirectory('hung');
      const command = [process.execPath, '--import', join(support, 'typescript-loader.mjs')];
      const output = tool('unshare', '--mount', ...command, join(support, 'read-with-hung-mount.mjs'), directory.path);
      directory.remove();
      const passes = JSON.parse(output) as readonly { usage: number | null; paths: string[]; tookMs: number }[];
      expect(passes).toHaveLength(2);
      for (const pass of passes) {
        expect(pass).toMatchObject({
          unreadableFileSystems: [{ path: directory.path, type: 'fuse', reason: 'timeout' }],
        });
        expect(pass.paths).toContain('/');
        expect(pass.usage).not.toBeNull();
      }
    },
  );

  it('does not keep others from answering: a remote one gives the figures of statfs', async () => {
    const root = { deviceId: '9:8', root: '/', path: '/', type: 'ext4', source: 'x', readOnly: false };
    const reader = new MountReader(clock);
    const [here] = (await reader.read([root], patience())).fileSystems;
    const [outside] = (await reader.read([{ ...root, type: 'nfs4' }], patience())).fileSystems;
    expect(outside).toMatchObject({
      type: 'nfs4',
      totalBytes: here?.totalBytes,
      inodes: { total: here?.inodes?.total },
    });
    expect(Math.abs((outside?.usedBytes ?? 0) - (here?.usedBytes ?? 0))).toBeLessThan(500e6);
  });

  it('and one that went away since the list was read is left out', async () => {
    const gone = { deviceId: '9:9', root: '/', path: '/does/not/exist', type: 'ext4', source: 'x', readOnly: false };
    const all = [gone, { ...gone, type: 'nfs4', path: '/neither/this' }];
    expect(await new MountReader(clock).read(all, patience())).toEqual({ fileSystems: [], unreadable: [] });
  });
});
