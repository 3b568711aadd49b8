/**
 * Id of the tenant `default`, the only one of a fresh install. Fixed, so that rows of different installs can be merged
 * and tests can name it; the migration that creates the row spells the same value.
 */
export const DEFAULT_TENANT_ID = '00000000-0000-4000-8000-000000000001';
