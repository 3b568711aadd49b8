// Replaces the password "root" of a fresh IoTDB by IOTDB_PASSWORD. Does nothing when it is replaced already.
const { IOTDB_URL: url, IOTDB_PASSWORD: password } = process.env;

/** @returns the status that IoTDB says, 200 for success, or the HTTP status when the sign-in is refused */
async function statement(withPassword, sql) {
  const answer = await fetch(`${url}/rest/v2/nonQuery`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`root:${withPassword}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ sql }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = await answer.json();
  return { signedIn: answer.status !== 401, done: answer.status === 200 && body.code === 200, message: body.message };
}

function end(text, code) {
  process.stdout.write(`${text}\n`);
  process.exitCode = code;
}

if (!url || !/^[A-Za-z0-9._~-]{4,32}$/.test(password ?? '')) {
  end('IOTDB_URL, and IOTDB_PASSWORD of 4 to 32 letters, digits, dots, dashes, tildes and underscores must be set.', 1);
} else {
  const change = `ALTER USER root SET PASSWORD '${password}'`;
  const fresh = await statement('root', change);
  if (fresh.done) end('The password of root is replaced.', 0);
  else if (fresh.signedIn) end(`IoTDB refuses the new password: ${fresh.message}`, 1);
  else if ((await statement(password, change)).done) end('The password of root was replaced before.', 0);
  else end('Neither "root" nor IOTDB_PASSWORD is the password of root.', 1);
}
