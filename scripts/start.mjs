// `npm start` on a fresh clone: installs and builds what is missing, then runs the server in this process. The script
// of package.json says `exec`, so npm is the parent and its signals and our exit code pass through; where there is no
// `exec` (Windows), run `node scripts/start.mjs`.
import { existsSync } from 'node:fs';
import { prepare } from './prepare.mjs';

const watchMs = 250;

await prepare();

// Variables that are set win over the file.
if (existsSync('.env')) process.loadEnvFile('.env');

// An npm that was killed outright must not leave a server behind that holds the port. The kernel tells a child
// nothing, so look; SIGINT is the end in order without the wait for load balancers.
if (process.env.npm_lifecycle_event === 'start') {
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGINT');
  }, watchMs);
  watch.unref();
  // An end that has begun is not to be hurried by the end of npm.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clearInterval(watch));
}

await import('../dist/src/main.js');
