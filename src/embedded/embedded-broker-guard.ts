import type { AedesOptions, AedesPublishPacket, AuthenticateError, Client, Subscription } from 'aedes';
import type { BrokerAuthorizer, BrokerIdentity } from './embedded-broker-access.js';
import type { Census } from './embedded-broker-census.js';

/** Subscriptions of one session. */
const maxSubscriptions = 1000;
const longestFilter = 1024;
/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3. */
const identifierRejected = 2;
const badUserNameOrPassword = 4;

function refusal(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}

/** The places where aedes asks whether something may be done. Whoever has no identity may do nothing. */
export class BrokerGuard {
  private readonly identities = new WeakMap<Client, BrokerIdentity>();
  private readonly wills = new WeakMap<Client, string>();

  constructor(
    private readonly authorizer: BrokerAuthorizer,
    private readonly census: Census,
  ) {}

  nameOf(client: Client): string {
    return this.identities.get(client)?.name ?? '';
  }

  /** The hooks of aedes. Each calls back exactly once and never throws. */
  hooks(): Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe'> {
    return {
      preConnect: (client, packet, callback) => {
        if (packet.will) this.wills.set(client, packet.will.topic);
        callback(null, true);
      },
      authenticate: (client, username, password, callback) => {
        this.admit(client, username, password).then(
          (refused) => callback(refused, refused === null),
          () => callback(refusal(badUserNameOrPassword, 'not authorised'), false),
        );
      },
      authorizePublish: (client, packet, callback) => {
        // Without a client it is the will of a lost connection whose identity is no longer known.
        const identity = client ? this.identities.get(client) : undefined;
        callback(identity?.mayPublish(packet.topic) ? null : new Error('publishing to this topic is not allowed'));
      },
      authorizeSubscribe: (client, subscription, callback) => {
        callback(null, this.maySubscribe(client, subscription) ? subscription : null);
      },
    };
  }

  private async admit(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | null> {
    const identity = await this.authorizer.identify({ clientId: client.id, username, password });
    if (!identity) return refusal(badUserNameOrPassword, 'bad user name or password');
    const owner = this.census.ownerOf(client.id);
    if (owner !== undefined && owner !== identity.name) {
      return refusal(identifierRejected, 'the client id belongs to a session of another account');
    }
    const will = this.wills.get(client);
    if (will !== undefined && !identity.mayPublish(will)) {
      return refusal(badUserNameOrPassword, 'the will topic is not allowed');
    }
    this.identities.set(client, identity);
    return null;
  }

  private maySubscribe(client: Client, subscription: Subscription): boolean {
    return (
      subscription.topic.length <= longestFilter &&
      this.census.subscriptionsOf(client.id) < maxSubscriptions &&
      (this.identities.get(client)?.maySubscribe(subscription.topic) ?? false)
    );
  }
}

/**
 * Counts PUBLISH packets that were meant for a subscriber and did not reach it, because it was cut off for not reading
 * or had just gone. aedes reports each as an error of that client, but also its failed acknowledgements; hence never
 * more than the client was to be sent.
 */
export class LossCounter {
  dropped = 0;
  private readonly clients = new WeakMap<Client, { forwarded: number; lost: number; isCut: boolean }>();

  /** aedes asks before each delivery to each subscriber. */
  readonly forward = (client: Client, packet: AedesPublishPacket): AedesPublishPacket => {
    const known = this.clients.get(client);
    if (known) known.forwarded += 1;
    else this.clients.set(client, { forwarded: 1, lost: 0, isCut: false });
    return packet;
  };

  onClientError(client: Client, error: Error): void {
    const known = this.clients.get(client);
    if (!known || known.lost >= known.forwarded) return;
    if (error.message === 'drain timeout' && !known.isCut) {
      // The first report is about the socket; those about the messages waiting for it follow.
      known.isCut = true;
      return;
    }
    if (error.message !== 'drain timeout' && error.message !== 'connection closed') return;
    known.lost += 1;
    this.dropped += 1;
  }
}
