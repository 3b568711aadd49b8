// `npm start` on a fresh clone: installs and builds what is missing, then runs the server in this process.
import { existsSync } from 'node:fs';
import { prepare } from './prepare.mjs';

await prepare();

// Variables that are set win over the file.
if (existsSync('.env')) process.loadEnvFile('.env');

// Killing npm must not leave a server behind that holds the port: the kernel does not tell a child, so ask.
if (process.env.npm_lifecycle_event === 'start') {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, 200).unref();
}

await import('../dist/src/main.js');
