/** The only place that reads the process environment. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env };
}
