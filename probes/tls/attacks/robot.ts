import { randomBytes } from "node:crypto";
import { ALERT, alertWords } from "../alerts.ts";
import { attempt, type Progress } from "./attempt.ts";
import { MESSAGE, RECORD } from "./channel.ts";
import { greet, NO_CERTIFICATE, type Refusal } from "./client.ts";
import { rawRsaShare, rsaKey } from "./rsa-key.ts";
import { pkcs1, SHAPES, type Shape } from "./pkcs1.ts";
import { BrokenAnswer, type Script } from "./script.ts";
import {
  absent,
  type Attack,
  type Finding,
  newestWith,
  type Opening,
  opening,
  type OlderSurface,
  sound,
  unknown,
  vulnerable,
} from "./surface.ts";
import type { Wire } from "../wire.ts";

/** How a server answered one shape. */
interface Answer {
  /** The alert's description; or that the connection ended, or stood, without a word. */
  readonly said: number | "ended" | "silent";
  readonly requestsCertificate: boolean;
}
type Round = ReadonlyMap<Shape, Answer>;

/**
 * ROBOT (Bleichenbacher's oracle, RFC 5246 7.4.7.1; robotattack.org): a server that takes RSA key exchange must answer a
 * secret of any padding alike, or whoever asks often enough learns what another connection's secret is. Five shapes, each
 * over one connection, one after the other. Only where the answers differ each is asked once more, for an oracle always
 * answers the same. Nothing is decrypted by it.
 */
export const robot: Attack = {
  test: "robot",
  run: async (wire, surface) => {
    const usable = newestWith(
      surface,
      ({ keyExchange, authentication, name }) =>
        keyExchange === "RSA" && authentication === "RSA" && !name.includes("_EXPORT"),
    );
    if (usable === null) return absent(surface, "no RSA key exchange");
    const open = () => opening(wire, surface, usable.version, usable.suites);
    const first = await round(wire, surface, open);
    if ("status" in first) return first;
    const alike = uniform(first);
    if (alike !== null) return alikeFinding(alike);
    const second = await round(wire, surface, open);
    if ("status" in second) return second;
    return SHAPES.every((shape) => first.get(shape)?.said === second.get(shape)?.said)
      ? differing(first)
      : unknown("answers differently from one time to the next, so that nothing can be told");
  },
};

async function round(
  wire: Wire,
  surface: OlderSurface,
  open: () => Opening,
): Promise<Round | Finding> {
  const answers = new Map<Shape, Answer>();
  for (const shape of SHAPES) {
    let requestsCertificate = false;
    const trial = await attempt(wire, surface, (progress) =>
      ask(open(), shape, progress, (asked) => (requestsCertificate = asked)),
    );
    if (trial.kind === "failed") return trial.finding;
    if (trial.kind !== "concluded") {
      answers.set(shape, { said: trial.kind, requestsCertificate });
      // To wait five times in full would tell no more.
      const said = [...answers.values()].map((answer) => answer.said);
      if (said.length > 1 && said.every((one) => one === "silent")) return SILENT;
      continue;
    }
    const { result } = trial;
    if (result.kind === "refused") return unknown(`no RSA key exchange: ${result.why}`);
    answers.set(shape, { said: result.description, requestsCertificate });
  }
  return answers;
}

const SILENT = unknown("says nothing to an RSA key exchange that is wrong");

/** The answer where all are the same; null where they differ. */
function uniform(answers: Round): Answer | null {
  const [first, ...others] = answers.values();
  return others.every(({ said }) => said === first?.said) ? (first ?? null) : null;
}

function alikeFinding({ said, requestsCertificate }: Answer): Finding {
  if (said === "silent") return SILENT;
  const why = said === "ended" ? "ends the connection" : alertWords(said);
  // Another alert may have been about the certificate, before the secret was looked at.
  const looked = said === ALERT.badRecordMac || said === ALERT.decryptError;
  if (requestsCertificate && !looked) {
    return unknown(`asks for a client certificate, and goes no further without: ${why}`);
  }
  return sound(`answers RSA secrets of right and wrong padding alike: ${why}`);
}

function differing(answers: Round): Finding {
  const said = (shape: Shape) => answers.get(shape)?.said ?? "silent";
  const shown = [...new Set(SHAPES.map(said))].map((one) =>
    typeof one === "number" ? alertWords(one) : one === "ended" ? "end of connection" : "silence",
  );
  // Without one word from the server the difference may be the network's.
  if (!SHAPES.some((shape) => typeof said(shape) === "number")) {
    return unknown(`may tell right padding from wrong: ${shown.join(", ")}`);
  }
  // Strong where the two first bytes alone decide: an attack then needs few questions (the paper's section 3).
  const weak =
    said("wrong-start") === said("no-end") && said("wrong-start") === said("misplaced-end");
  return vulnerable(
    `tells right RSA padding from wrong, a ${weak ? "weak" : "strong"} oracle: ${shown.join(", ")}`,
  );
}

/** A multiple of every block size. */
const RECORD_BYTES = 64;

function* ask(
  { offer, channel }: Opening,
  shape: Shape,
  progress: Progress,
  tell: (requestsCertificate: boolean) => void,
): Script<Refusal | { readonly kind: "alert"; readonly description: number }> {
  const greeting = yield* greet(channel, offer);
  if (greeting.kind === "refused") return greeting;
  const { version, requestsCertificate } = greeting;
  tell(requestsCertificate);
  const key = rsaKey(greeting.certificate);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const padded = pkcs1(shape, bits, version);
  if (padded === null) throw new BrokenAnswer(`its RSA key is of ${bits} bits`);
  if (requestsCertificate && version > 0x0300) {
    channel.sendMessage(MESSAGE.certificate, NO_CERTIFICATE);
  }
  channel.sendMessage(MESSAGE.clientKeyExchange, rawRsaShare(key, padded, version));
  channel.send(RECORD.change, Buffer.of(1));
  channel.send(RECORD.handshake, randomBytes(RECORD_BYTES));
  progress.begun = true;
  for (;;) {
    const event = yield* channel.next();
    if (event.kind === "alert" && event.fatal) {
      return { kind: "alert", description: event.description };
    }
  }
}
