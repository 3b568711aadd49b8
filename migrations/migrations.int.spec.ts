import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeMigrations } from '../test/contracts/migrations.contract.js';
import { migrations } from './index.js';

it('every migration file is on the list, under the time of its name', () => {
  const files = readdirSync(join(process.cwd(), 'migrations')).filter((f) => /^\d{12}-.+\.ts$/.test(f));
  const stamp = (file: string): number => {
    const at = (from: number, length: number): number => Number(file.slice(from, from + length));
    return Date.UTC(at(0, 4), at(4, 2) - 1, at(6, 2), at(8, 2), at(10, 2));
  };
  expect(migrations.map((m) => Number(m.name.slice(-13)))).toEqual(files.sort().map(stamp));
});

describeMigrations('debian15', migrations);
describeMigrations('embedded', migrations);
