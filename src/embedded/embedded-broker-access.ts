import { createHash, timingSafeEqual } from 'node:crypto';

/** A name and password of an account on the broker. */
export interface BrokerLogin {
  readonly username: string;
  readonly password: string;
}

/** What a client presents with CONNECT. */
export interface BrokerCredentials {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
}

/** Who is connected, and what it may do. */
export interface BrokerIdentity {
  /** Owner of the client ids it uses: another identity cannot take over a session of the same client id. */
  readonly name: string;
  /** Asked for each PUBLISH, and for the will both at CONNECT and when it is due. */
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}

/** Turns credentials into an identity. The broker knows no other way in: without one a client is refused. */
export interface BrokerAuthorizer {
  /** @returns null for credentials that are missing or wrong */
  identify(credentials: BrokerCredentials): BrokerIdentity | null | Promise<BrokerIdentity | null>;
}

const digest = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

function isSystemTopic(topic: string): boolean {
  return topic === '$SYS' || topic.startsWith('$SYS/');
}

function operator(name: string): BrokerIdentity {
  return {
    name,
    mayPublish: (topic) => !isSystemTopic(topic),
    // Shared subscriptions are not part of MQTT 3.1.1 here: granting one would deliver nothing, in silence.
    maySubscribe: (filter) => !filter.startsWith('$share/'),
  };
}

function monitor(name: string, topicPrefix: string): BrokerIdentity {
  return {
    name,
    mayPublish: (topic) => topic.startsWith(topicPrefix),
    maySubscribe: (filter) => isSystemTopic(filter) || filter.startsWith(topicPrefix),
  };
}

export interface BrokerAccounts {
  readonly operator: BrokerLogin;
  readonly monitor: BrokerLogin;
  /** Topics on which the monitoring client may publish and subscribe: those of its round trip. */
  readonly monitorTopicPrefix: string;
}

/**
 * The two accounts of a single-user installation: operators, who may do anything except write below `$SYS`, and our
 * own monitoring client, which may read `$SYS` and use its own topics only. Digests of equal length are compared in
 * constant time, always against both accounts, so the time tells neither name nor password.
 */
export function accountAuthorizer(by: BrokerAccounts): BrokerAuthorizer {
  const accounts = [
    { login: by.operator, identity: operator(by.operator.username) },
    { login: by.monitor, identity: monitor(by.monitor.username, by.monitorTopicPrefix) },
  ].map(({ login, identity }) => ({
    username: digest(login.username),
    password: digest(login.password),
    identity,
  }));
  return {
    identify: ({ username, password }) => {
      const givenName = digest(username ?? '');
      const givenPassword = digest(password ?? '');
      let found: BrokerIdentity | null = null;
      for (const account of accounts) {
        const nameFits = timingSafeEqual(account.username, givenName);
        const passwordFits = timingSafeEqual(account.password, givenPassword);
        if (nameFits && passwordFits) found = account.identity;
      }
      return found;
    },
  };
}
