// Child of the launcher's tests: opens the directory, starts PostgreSQL, prints one line of JSON, and lives on until
// it is killed; SIGTERM stops the server in order.
import { DataDirectory } from '../../src/embedded/data-directory.js';
import { EmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';

try {
  const directory = DataDirectory.open(process.argv[2]);
  const postgres = new EmbeddedPostgres(directory);
  process.once('SIGTERM', () => {
    void postgres.stop().then(() => {
      directory.close();
      process.exit(0);
    });
  });
  process.stdout.write(`${JSON.stringify(await postgres.start())}\n`);
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.publicText ?? String(error.stack) })}\n`);
  process.exit(1);
}
