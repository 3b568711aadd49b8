import { z } from 'zod';
import { componentStatus } from '../../collect/index.js';

const whole = z.int().nonnegative();
/** Not an integer for the schema: some FUSE types claim exabytes, beyond what a double holds exactly. */
const large = z.number().nonnegative();
const amount = z.number().nonnegative();
const percent = z.number().min(0).max(100);
const rate = amount.nullable().describe('Per second since the pass before; null after a start or a counter reset.');
const loadAverage = z.array(amount).length(3).nullable().describe('Over 1, 5 and 15 minutes; null on Windows.');

const directionSchema = z.object({
  bytes: large,
  packets: whole.nullable(),
  errors: whole.nullable(),
  drops: whole.nullable(),
  bytes_per_sec: rate,
});

const transferSchema = z.object({
  operations: whole,
  bytes: large,
  seconds: amount.describe('Time requests took in sum.'),
  operations_per_sec: rate,
  bytes_per_sec: rate,
});

const spaceFields = {
  total_gb: whole.describe('In GiB, cut to whole ones.'),
  used_gb: whole,
  free_gb: whole.describe('Free to users without privileges.'),
  percent_used: percent.describe('Used / (used + free), cut to one decimal.'),
  total_bytes: large,
  used_bytes: large,
  free_bytes: large,
  capacity_percent: percent.describe('percent_used rounded up to a whole number, as df prints it.'),
};

const fileSystemSchema = z.object({
  path: z.string(),
  device: z.string(),
  type: z.string(),
  read_only: z.boolean(),
  ...spaceFields,
  inodes_total: large.nullable().describe('null where the type keeps no fixed number of inodes.'),
  inodes_used: large.nullable(),
});

/** S0's body (S0-76 to S0-81) with byte-exact fields beside the binary ones, and what S0 does not ask for behind. */
export const systemStatsSchema = z
  .object({
    timestamp: z.iso.datetime().describe('Start of the pass that read these figures.'),
    age_seconds: amount.describe('Age of the figures when this answer was made.'),
    status: componentStatus,
    system: z.object({
      uptime: z.string().describe('Time since the machine booted: "5 days, 6:04:00".'),
      uptime_seconds: whole,
      boot_time: z.iso.datetime(),
      python_version: z.string().describe('Version of the runtime, Node.js; the name is kept from the contract.'),
      runtime_version: z.string().describe('Version of Node.js.'),
      hostname: z.string(),
      platform: z.string(),
      operating_system: z.string().nullable().describe('null until the inventory was read.'),
      cpu_model: z.string().nullable(),
      virtualization: z.string().nullable(),
    }),
    cpu: z.object({
      usage_percent: percent.nullable().describe('Of the cores in count, since the pass before.'),
      count: amount.describe('Cores this process may use; a cgroup quota may be a fraction.'),
      load_average: loadAverage,
      avg_5min_percent: percent.nullable().describe('Mean over the last 5 minutes, shorter after the start.'),
      avg_15min_percent: percent.nullable().describe('Mean over the last 15 minutes, shorter after the start.'),
      observed_seconds: amount.describe('Time behind the means until it exceeds their window.'),
      limited_by: z.enum(['host', 'cpuset', 'quota']),
      host_count: whole,
      host_usage_percent: percent.nullable(),
      frequency_mhz: amount.nullable().describe('null in machines that do not tell.'),
      cores: z.array(z.object({ core: whole, usage_percent: percent.nullable() })),
    }),
    memory: z.object({
      total_mb: whole.describe('In MiB, cut to whole ones.'),
      used_mb: whole,
      free_mb: whole,
      available_mb: whole,
      percent_used: percent.describe('Cut to one decimal.'),
      total_bytes: large.describe('Of the machine, or of the cgroup limit that applies.'),
      used_bytes: large,
      free_bytes: large,
      available_bytes: large,
      cached_bytes: large.nullable(),
      limited_by: z.enum(['host', 'cgroup']),
      host_total_bytes: large,
      host_available_bytes: large,
    }),
    swap: z.object({
      total_bytes: large,
      used_bytes: large,
      free_bytes: large,
      percent_used: percent.nullable().describe('null without swap.'),
    }),
    disk: z.object(spaceFields).nullable().describe('The root file system; null while it does not answer.'),
    network: z.object({
      bytes_sent: large.describe('Over all interfaces but loopback.'),
      bytes_recv: large,
      packets_sent: whole.nullable(),
      packets_recv: whole.nullable(),
      bytes_sent_per_sec: rate,
      bytes_recv_per_sec: rate,
      errors_out: whole.nullable(),
      errors_in: whole.nullable(),
      drops_out: whole.nullable(),
      drops_in: whole.nullable(),
    }),
    file_systems: z.array(fileSystemSchema),
    unreadable_file_systems: z.array(
      z.object({ path: z.string(), type: z.string(), reason: z.enum(['timeout', 'denied', 'failed']) }),
    ),
    interfaces: z.array(z.object({ name: z.string(), received: directionSchema, sent: directionSchema })),
    disks: z.array(
      z.object({
        device: z.string(),
        read: transferSchema,
        written: transferSchema,
        in_progress: whole,
        busy_percent: percent.nullable(),
      }),
    ),
  })
  .meta({ id: 'SystemStats' });

export type SystemStats = z.infer<typeof systemStatsSchema>;
