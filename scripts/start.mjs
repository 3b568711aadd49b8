// `npm start` on a fresh clone: installs and builds what is missing, then runs the server in this process.
import { existsSync, readFileSync } from 'node:fs';
import { prepare } from './prepare.mjs';

const watchMs = 250;

/** The process above this one and the one above that: npm puts a shell in between. */
function ancestors() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}

await prepare();

// Variables that are set win over the file.
if (existsSync('.env')) process.loadEnvFile('.env');

// Ending npm, by whatever signal, must not leave a server behind that holds the port. The shell passes no signal on
// and the kernel tells a child nothing, so look; SIGINT is the end in order without the wait for load balancers.
if (process.env.npm_lifecycle_event === 'start') {
  const started = ancestors();
  const watch = setInterval(() => {
    if (ancestors() === started) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGINT');
  }, watchMs);
  watch.unref();
}

await import('../dist/src/main.js');
