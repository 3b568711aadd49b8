// Reads the host twice while one mount hangs, and prints both passes as JSON. To be run in a mount namespace of its own
// (`unshare --mount`), so that no other program meets the mount: a FUSE file system whose server never answers, which
// for a caller of statfs is the same as a dead NFS server. The mount goes away with this process.
//   node --import typescript-loader.mjs read-with-hung-mount.mjs <empty directory>
import { execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { SystemClock } from '../../src/core/clock.ts';
import { Inventory } from '../../src/system/system.inventory.ts';
import { LinuxReader } from '../../src/system/system.linux.ts';

const [, , directory] = process.argv;
// Stays open until the process ends: its end is the end of the server.
const channel = openSync('/dev/fuse', 'r+');
execFileSync('mount', ['-i', '-t', 'fuse', '-o', 'fd=3,rootmode=40000,user_id=0,group_id=0', 'hung', directory], {
  stdio: ['ignore', 'ignore', 'ignore', channel],
});
const reader = new LinuxReader(new SystemClock(), new Inventory());
const passes = [];
for (const _ of [1, 2]) {
  const startedMs = performance.now();
  const { fileSystems, unreadableFileSystems, cpu } = await reader.read(AbortSignal.timeout(5_000));
  const tookMs = performance.now() - startedMs;
  passes.push({ paths: fileSystems.map((one) => one.path), unreadableFileSystems, usage: cpu.usagePercent, tookMs });
}
process.stdout.write(JSON.stringify(passes));
