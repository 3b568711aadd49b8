/** Where IoTDB is and how to sign in. */
export interface IotdbAddress {
  /** REST service without a trailing slash and without credentials. */
  readonly base: string;
  /** Value of the Authorization header. */
  readonly authorization: string;
  /** Prometheus reporters of the DataNodes; empty when none is configured. */
  readonly reporters: readonly HttpTarget[];
}

/** One URL whose credentials, if any, have moved into a header: fetch refuses them in the URL. */
export interface HttpTarget {
  readonly url: string;
  readonly authorization: string | null;
}

/** The variables that make up the address. */
export interface AddressVariables {
  readonly IOTDB_URL: string | undefined;
  readonly IOTDB_USERNAME: string | undefined;
  readonly IOTDB_PASSWORD: string | undefined;
  readonly IOTDB_METRICS_URL: string | undefined;
}

interface Account {
  readonly user: string;
  readonly password: string;
}

function basic({ user, password }: Account): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function accountOf(url: URL): Account | null {
  if (url.username === '' && url.password === '') return null;
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

function account(values: AddressVariables, url: URL): Account | null {
  const inUrl = accountOf(url);
  if (inUrl) return inUrl;
  const { IOTDB_USERNAME: user, IOTDB_PASSWORD: password } = values;
  return user === undefined || password === undefined ? null : { user, password };
}

function target(text: string): HttpTarget {
  const url = new URL(text);
  const credentials = accountOf(url);
  url.username = '';
  url.password = '';
  return { url: url.href, authorization: credentials && basic(credentials) };
}

function reporterTexts(values: AddressVariables): readonly string[] {
  return (values.IOTDB_METRICS_URL ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

function isReadable(text: string): boolean {
  try {
    target(text);
    return true;
  } catch {
    return false;
  }
}

type Fault = readonly [keyof AddressVariables, string];

/** What is wrong between the variables; each alone is already of the right form. */
export function addressFaults(values: AddressVariables): readonly Fault[] {
  if (values.IOTDB_URL === undefined) {
    return values.IOTDB_METRICS_URL === undefined ? [] : [['IOTDB_METRICS_URL', 'needs IOTDB_URL beside it']];
  }
  const faults: Fault[] = [];
  if (!isReadable(values.IOTDB_URL)) faults.push(['IOTDB_URL', 'has a user or password that is not percent-encoded']);
  else {
    const found = account(values, new URL(values.IOTDB_URL));
    if (!found) faults.push(['IOTDB_PASSWORD', 'is needed with IOTDB_USERNAME, or both as user:password in IOTDB_URL']);
    else if (found.password.includes(':')) {
      faults.push(['IOTDB_URL', 'has a password with a colon, which the REST service of IoTDB refuses']);
    }
  }
  if (!reporterTexts(values).every(isReadable)) faults.push(['IOTDB_METRICS_URL', 'has an entry that is no URL']);
  return faults;
}

/** The address that the variables tell; null without IOTDB_URL. The variables must be free of faults. */
export function addressOf(values: AddressVariables): IotdbAddress | null {
  if (values.IOTDB_URL === undefined) return null;
  const url = new URL(values.IOTDB_URL);
  return {
    base: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    authorization: basic(account(values, url) ?? { user: '', password: '' }),
    reporters: reporterTexts(values).map(target),
  };
}
