import { certifiedSuites, isSigned } from "./authentications.ts";
import { VERSION_CODES } from "./client-hello.ts";
import { SILENT } from "./explore.ts";
import { offer } from "./offers.ts";
import { judge, type Outcome, words } from "./outcomes.ts";
import type { Proof } from "./possession.ts";
import type { HelloReply } from "./records.ts";
import { type Answer, type Asker, protocolOffer, type Shown, STAPLES } from "./shown.ts";
import { ALL_ALGORITHMS } from "./signature-offers.ts";
import { chosenProtocol, SHOWN_EXTENSION } from "./tls13-messages.ts";
import type { Accepted } from "./versions.ts";
import type { Question, Wire } from "./wire.ts";

/** Reads what a server up to TLS 1.2 shows in the clear, from its hello to the end of its flight. */
export function classicAsker(wire: Wire, accepted: Accepted): Asker {
  const { version, shape, hello } = accepted;
  const certified = certifiedSuites(accepted);
  const known = offer(version, shape, [hello.suite]);
  return {
    version,
    ask: async (wish) => {
      const {
        suites = certified,
        signatureAlgorithms,
        protocols,
        withoutName = false,
        next,
      } = wish;
      const offered = suites.slice(0, shape.bundle);
      const question: Question = {
        ...offer(version, shape, offered),
        // A short hello has no room for more than the algorithms that it brings by itself.
        ...(shape.compact && signatureAlgorithms === undefined
          ? {}
          : { signatureAlgorithms: signatureAlgorithms ?? ALL_ALGORITHMS }),
        extra: [...(shape.compact ? [] : STAPLES), ...protocolOffer(protocols)],
        withoutName,
      };
      const failureOf = (outcome: Outcome): Outcome =>
        judge(outcome, version, offered).kind === "accepted" && cutOf(outcome) === "silent"
          ? { kind: "closed" }
          : outcome;
      const put = () => wire.ask(question, "flight", next);
      const answer = await wire.patience.ask(put, failureOf, known);
      if (answer.kind === "unsteady") return open(answer.why);
      const outcome = answer.kind === "silence" ? answer.last : answer;
      const verdict = judge(outcome, version, offered);
      if (verdict.kind === "accepted" && verdict.hello !== null) {
        return shown(verdict.hello) ?? (answer.kind === "silence" ? SILENT_ANSWER : NO_CERTIFICATE);
      }
      if (answer.kind === "silence") return SILENT_ANSWER;
      if (verdict.kind !== "refused") return open(words(outcome));
      const alert = outcome.kind === "alert" ? outcome.description : null;
      return { kind: "refused", alert, why: verdict.why };
    },
  };
}

/** How the flight ended before what its suite needs; null where that came. */
function cutOf(outcome: Outcome): Shown["cut"] {
  if (outcome.kind !== "hello") return null;
  const { suite, exchange, flight, cut } = outcome;
  const whole = flight.certificates.length > 0 && (!isSigned(suite) || exchange !== null);
  return whole ? null : (cut ?? "silent");
}

function shown(hello: HelloReply): Shown | null {
  const { suite, extensions, exchange, flight } = hello;
  if (flight.certificates.length === 0) return null;
  return {
    kind: "shown",
    suite,
    chain: flight.certificates,
    ocsp: flight.ocsp,
    timestamps: extensions.get(SHOWN_EXTENSION.timestamps) ?? null,
    signatureAlgorithm: exchange?.signatureAlgorithm ?? null,
    proof: proofIn(hello),
    cut: cutOf(hello),
    requestsCertificate: flight.requestsCertificate,
    protocol: chosenProtocol(extensions.get(SHOWN_EXTENSION.alpn)),
  };
}

/** The parameters of the key exchange are signed with both randoms before them (RFC 5246 7.4.3). */
function proofIn({ version, random, clientRandom, exchange }: HelloReply): Proof | null {
  const { signed = null, signatureAlgorithm: algorithm = null } = exchange ?? {};
  if (signed === null || clientRandom === null) return null;
  if (version >= VERSION_CODES["TLSv1.2"] && algorithm === null) return null;
  const { params, signature } = signed;
  return { algorithm, signed: Buffer.concat([clientRandom, random, params]), signature };
}

function open(unfinished: string): Answer {
  return { kind: "open", end: { unfinished, silentEnd: false } };
}

const SILENT_ANSWER: Answer = { kind: "open", end: SILENT };
const NO_CERTIFICATE = open("sends no certificate that can be read");
