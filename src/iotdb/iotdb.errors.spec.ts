import { causeChain } from '../core/index.js';
import { iotdbRefused } from './iotdb.errors.js';

describe('iotdbRefused', () => {
  it.each([
    [301, 'iotdb.statement_failed', 'unavailable', true],
    [305, 'iotdb.statement_failed', 'unavailable', true],
    [507, 'iotdb.statement_failed', 'unavailable', true],
    [500, 'iotdb.path_refused', 'not_found', false],
    [508, 'iotdb.path_refused', 'not_found', false],
    [600, 'iotdb.read_only', 'unavailable', true],
    [611, 'iotdb.read_only', 'unavailable', true],
    [602, 'iotdb.not_ready', 'unavailable', true],
    [906, 'iotdb.not_ready', 'unavailable', true],
    [606, 'iotdb.write_rejected', 'unavailable', true],
    [607, 'iotdb.too_old', 'invalid', false],
    [700, 'iotdb.statement_refused', 'invalid', false],
    [701, 'iotdb.statement_refused', 'invalid', false],
    [708, 'iotdb.result_too_large', 'limited', false],
    [709, 'iotdb.overloaded', 'unavailable', true],
    [712, 'iotdb.overloaded', 'unavailable', true],
    [803, 'iotdb.permission_missing', 'forbidden', false],
  ])('tells of code %i what it is and whether to try again', (code, name, kind, retryable) => {
    expect(iotdbRefused(code, 'x')).toMatchObject({ code: name, kind, retryable });
  });

  it("keeps IoTDB's own text for the log", () => {
    const error = iotdbRefused(708, 'org.apache.iotdb.Secret at 10.0.0.7');
    expect(error.publicText).not.toContain('10.0.0.7');
    expect(causeChain(error)).toContain('708: org.apache.iotdb.Secret at 10.0.0.7');
  });
});
