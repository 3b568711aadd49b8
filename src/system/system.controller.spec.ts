import { join } from 'node:path';
import { Latest } from '../collect/index.js';
import { AppError, SystemClock } from '../core/index.js';
import { systemStatsSchema } from './dto/system-stats.dto.js';
import { durationText, systemStatsView } from './dto/system-stats.view.js';
import { SystemController } from './system.controller.js';
import { Inventory } from './system.inventory.js';
import { LinuxReader } from './system.linux.js';
import { fileSystemOf } from './system.mounts.js';
import type { SystemSnapshot } from './system.snapshot.js';

const clock = new SystemClock();
const run = { component: 'system', scope: 'process', durationMs: 3, samples: [], checks: [] } as const;

/** No tools are started: the recorded machine's inventory is not known. */
class NoInventory extends Inventory {
  override current(): null {
    return null;
  }
}

async function recorded(): Promise<SystemSnapshot> {
  const machine = join(__dirname, 'testdata/vm');
  const files = { proc: join(machine, 'proc'), sys: join(machine, 'sys') };
  return new LinuxReader(clock, new NoInventory(), files).read(AbortSignal.timeout(5_000));
}

describe('GET /api/v1/admin/stats/system', () => {
  it('answers with every field of the contract, and the figures of the pass', async () => {
    const snapshot = await recorded();
    const latest = new Latest();
    const startedAtMs = clock.nowMs() - 2_500;
    latest.put({ ...run, outcome: 'ok', startedAtMs, snapshot });
    const body = systemStatsSchema.parse(new SystemController(latest, clock).get());
    expect(body).toMatchObject({
      timestamp: new Date(startedAtMs).toISOString(),
      status: 'up',
      system: {
        uptime: '0:35:29',
        uptime_seconds: 2129,
        python_version: process.versions.node,
        runtime_version: process.versions.node,
        hostname: snapshot.hostname,
        platform: snapshot.platform,
      },
      cpu: { count: 2, load_average: [2.97, 2.08, 1.09], frequency_mhz: 2596.138 },
      // 24684096, 23153096 and 24186312 KiB.
      memory: { total_mb: 24105, used_mb: 486, free_mb: 22610, available_mb: 23619, percent_used: 2 },
      disk: { total_gb: Math.floor((snapshot.fileSystems[0]?.totalBytes ?? 0) / 1024 ** 3) },
      network: {
        bytes_sent: 2657944,
        bytes_recv: 1162891564,
        packets_sent: 18951,
        packets_recv: 29163,
        bytes_sent_per_sec: null,
        bytes_recv_per_sec: null,
      },
      swap: { total_bytes: 0, percent_used: null },
    });
    expect(body.age_seconds).toBeGreaterThanOrEqual(2.5);
    expect(body.memory.total_bytes).toBe(24684096 * 1024);
    expect(body.disks.map((disk) => disk.device)).toEqual(['vda']);
    expect(body.interfaces.map((one) => one.name)).toEqual(['lo', 'ifb0', 'ifb1', 'eth0']);
    expect(body.file_systems.map((one) => one.path)).toEqual(['/']);
  });

  it.each([
    ['before the first pass', undefined],
    ['after a failed pass', { code: 'system.unreadable', kind: 'unavailable', message: 'no' } as const],
  ])('answers 503 with a time to retry %s', (_, error) => {
    const latest = new Latest();
    if (error) latest.put({ ...run, outcome: 'failed', startedAtMs: clock.nowMs(), error });
    const controller = new SystemController(latest, clock);
    const failure = ((): unknown => {
      try {
        return controller.get();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'system.not_read_yet', kind: 'unavailable', retryAfterSeconds: 1 });
  });
});

describe('the body', () => {
  const gib = 1024 ** 3;
  const fileSystem = {
    path: '/data',
    device: '/dev/sda1',
    type: 'ext4',
    readOnly: false,
    totalBytes: 500 * gib,
    usedBytes: 250.9 * gib,
    freeBytes: 224.1 * gib,
    usagePercent: (250.9 / 475) * 100,
    inodes: null,
  };
  const bodyWith = async (part: Partial<SystemSnapshot>) => systemStatsView({ ...(await recorded()), ...part }, 0, 0);

  it('has whole GiB, a cut percentage, and the whole number that df prints', async () => {
    const { disk } = await bodyWith({ fileSystems: [{ ...fileSystem, path: '/' }] });
    expect(disk).toMatchObject({ total_gb: 500, used_gb: 250, free_gb: 224, percent_used: 52.8, capacity_percent: 53 });
  });

  it('takes the first file system where there is no root, and none while the root does not answer', async () => {
    const drive = { ...fileSystem, path: 'C:' };
    expect((await bodyWith({ fileSystems: [drive] })).disk?.total_bytes).toBe(500 * gib);
    const silent = { path: '/', type: 'nfs4', reason: 'timeout' } as const;
    expect((await bodyWith({ fileSystems: [drive], unreadableFileSystems: [silent] })).disk).toBeNull();
  });
});

describe('a file system that claims exabytes and more free inodes than there are', () => {
  it('is within the schema', async () => {
    const mount = { deviceId: '0:9', root: '/', path: '/s3', type: 'fuse.s3fs', source: 's3fs', readOnly: false };
    const counts = { bsize: 4096, blocks: 2 ** 52, bfree: 2 ** 52, bavail: 2 ** 52, files: 10, ffree: 2 ** 63 };
    const claimed = fileSystemOf(mount, counts);
    if (!claimed) throw new Error('it has space');
    const body = systemStatsView({ ...(await recorded()), fileSystems: [claimed] }, 0, 0);
    expect(systemStatsSchema.parse(body).file_systems[0]).toMatchObject({
      used_bytes: 0,
      inodes_used: 0,
      percent_used: 0,
    });
  });
});

describe('durationText', () => {
  it.each([
    [453_840, '5 days, 6:04:00'],
    [86_400, '1 day, 0:00:00'],
    [86_399.9, '23:59:59'],
    [61, '0:01:01'],
    [0, '0:00:00'],
  ])('%d seconds are written as Python does: %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
