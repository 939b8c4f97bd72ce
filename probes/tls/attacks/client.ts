/** A client of TLS 1.0 to 1.2 that can err on purpose: for tests of what servers do after the hello. */
import { ALERT, alertWords } from "../alerts.ts";
import { EXTENSION, type HelloOffer, VERSION_CODES } from "../client-hello.ts";
import { certificateList, serverHello } from "../messages.ts";
import { judge } from "../outcomes.ts";
import type { HelloReply } from "../records.ts";
import type { RawRecord } from "../tls13-records.ts";
import { type Channel, MESSAGE, RECORD } from "./channel.ts";
import { helloBody, type HelloChanges } from "./hello.ts";
import { clientShare } from "./key-exchange.ts";
import { prf, transcriptHash, verifyData } from "./prf.ts";
import { cipherSpec, recordKeys } from "./cipher-spec.ts";
import { createOpener, createSealer } from "./protection.ts";
import { BrokenAnswer } from "./script.ts";

/** A part of a script. */
export type Part<R> = Generator<Buffer | null, R, RawRecord>;

/** The server said no. */
export interface Refusal {
  readonly kind: "refused";
  readonly why: string;
  /** null where it was no alert. */
  readonly alert: number | null;
}
/** The first flight of a server, to ServerHelloDone. */
export interface Greeting {
  readonly kind: "greeted";
  /** As it was offered. */
  readonly version: number;
  readonly clientRandom: Buffer;
  readonly hello: HelloReply;
  /** DER of the leaf; undefined where none was sent. */
  readonly certificate: Buffer | undefined;
  /** Body of the ServerKeyExchange; null where none came. */
  readonly exchange: Buffer | null;
  readonly requestsCertificate: boolean;
}

/**
 * Says hello and hears the server out.
 * @throws BrokenAnswer
 */
export function* greet(
  channel: Channel,
  offer: HelloOffer,
  changes: HelloChanges = {},
): Part<Greeting | Refusal> {
  const body = helloBody(offer, changes);
  channel.sendMessage(MESSAGE.clientHello, body);
  let hello: HelloReply | null = null;
  let certificate: Buffer | undefined;
  let exchange: Buffer | null = null;
  let requestsCertificate = false;
  for (;;) {
    const event = yield* channel.next();
    if (event.kind === "alert") {
      if (event.fatal || event.description === ALERT.noRenegotiation)
        return refusal(event.description);
      continue;
    }
    // What it still had to say when it was greeted anew.
    if (event.kind === "data" && changes.renegotiation !== undefined) continue;
    if (event.kind !== "message") throw new BrokenAnswer(`a record of ${event.kind} too early`);
    if (hello === null) {
      if (event.type !== MESSAGE.serverHello) throw new BrokenAnswer("no ServerHello came");
      hello = serverHello(event.body);
      if (hello === null) throw new BrokenAnswer("the ServerHello cannot be read");
      const verdict = judge(hello, offer.version, offer.suites);
      if (verdict.kind !== "accepted") return { kind: "refused", why: verdict.why, alert: null };
      channel.version = VERSION_CODES[offer.version];
      continue;
    }
    switch (event.type) {
      case MESSAGE.certificate:
        [certificate] = certificateList(event.body);
        break;
      case MESSAGE.serverKeyExchange:
        exchange = event.body;
        break;
      case MESSAGE.certificateRequest:
        requestsCertificate = true;
        break;
      case MESSAGE.serverHelloDone:
        return {
          kind: "greeted",
          version: VERSION_CODES[offer.version],
          clientRandom: body.subarray(2, 34),
          hello,
          certificate,
          exchange,
          requestsCertificate,
        };
      case MESSAGE.finished:
        throw new BrokenAnswer("it finished before the keys were agreed on");
      default:
    }
  }
}

export function refusal(description: number): Refusal {
  return { kind: "refused", why: alertWords(description), alert: description };
}

/** A handshake that both sides have finished. */
export interface Agreement {
  readonly kind: "agreed";
  readonly suite: number;
  /** The session ticket (RFC 5077 3.3); null where none came. */
  readonly ticket: Buffer | null;
  /** Of both Finished messages, for secure renegotiation (RFC 5746 3.1). */
  readonly verified: { readonly client: Buffer; readonly server: Buffer };
}

export interface AgreeOptions {
  /** The client's Finished has wrong padding. */
  readonly wrongPadding?: boolean;
  /** Puts more into the flight of the client's Finished, behind it. */
  readonly behind?: () => void;
}

const CHANGE = Buffer.of(1);
/** A Certificate message of no certificate (RFC 5246 7.4.6). */
export const NO_CERTIFICATE = Buffer.alloc(3);

/**
 * Agrees on keys with a server that has greeted, and finishes the handshake.
 * @throws BrokenAnswer
 */
export function* agree(
  channel: Channel,
  greeting: Greeting,
  options: AgreeOptions = {},
): Part<Agreement | Refusal> {
  const { hello, version, clientRandom } = greeting;
  const { suite, random, extensions } = hello;
  const spec = cipherSpec(suite, version);
  if (spec === null) throw new BrokenAnswer("a cipher suite that was not offered");
  if (greeting.requestsCertificate) channel.sendMessage(MESSAGE.certificate, NO_CERTIFICATE);
  const { premaster, body } = clientShare(suite, version, greeting.certificate, greeting.exchange);
  channel.sendMessage(MESSAGE.clientKeyExchange, body);
  // RFC 7627 4
  const master = extensions.has(EXTENSION.extendedMasterSecret)
    ? prf(spec.prf, premaster, "extended master secret", transcript(), MASTER_BYTES)
    : prf(
        spec.prf,
        premaster,
        "master secret",
        Buffer.concat([clientRandom, random]),
        MASTER_BYTES,
      );
  const keys = recordKeys(spec, master, clientRandom, random);
  channel.send(RECORD.change, CHANGE);
  channel.write = createSealer(spec, version, keys.client);
  channel.nextRead = createOpener(spec, version, keys.server);
  const client = verifyData(spec.prf, master, "client", channel.transcript);
  channel.sendMessage(MESSAGE.finished, client, options.wrongPadding);

  options.behind?.();
  let ticket: Buffer | null = null;
  for (;;) {
    const event = yield* channel.next();
    if (event.kind === "alert") {
      if (event.fatal) return refusal(event.description);
      continue;
    }
    if (event.kind !== "message") continue;
    if (event.type === MESSAGE.sessionTicket) ticket = ticketIn(event.body);
    if (event.type !== MESSAGE.finished) continue;
    // Under the old keys, or none, it would be no answer to this handshake.
    if (channel.nextRead !== null)
      throw new BrokenAnswer("it finished without changing its cipher");
    const known = channel.transcript.slice(0, -1);
    const server = verifyData(spec.prf, master, "server", known);
    if (!server.equals(event.body)) throw new BrokenAnswer("a Finished message that is wrong");
    return { kind: "agreed", suite, ticket, verified: { client, server } };
  }

  function transcript(): Buffer {
    return transcriptHash(spec?.prf ?? "sha256", channel.transcript);
  }
}

const MASTER_BYTES = 48;

/** Behind its lifetime and its length. */
function ticketIn(body: Buffer): Buffer {
  if (body.length < 6 || body.readUInt16BE(4) !== body.length - 6) {
    throw new BrokenAnswer("a session ticket that cannot be read");
  }
  return body.subarray(6);
}

/** A whole handshake. @throws BrokenAnswer */
export function* shakeHands(
  channel: Channel,
  offer: HelloOffer,
  options: AgreeOptions & HelloChanges = {},
): Part<(Agreement & { readonly hello: HelloReply }) | Refusal> {
  const greeting = yield* greet(channel, offer, options);
  if (greeting.kind === "refused") return greeting;
  const agreement = yield* agree(channel, greeting, options);
  return agreement.kind === "refused" ? agreement : { ...agreement, hello: greeting.hello };
}
