/**
 * `npm run record:aws`: scans the seeded estate through a proxy and writes what it answered, and what is true of it, to
 * `fixtures/estate/aws-recorded`. Needs the emulator.
 */
import { once } from "node:events";
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { askedOf, keyOf, roleKey, type Asked } from "#fixtures/estate/aws-recorded/exchange.ts";
import { relativeJson, relativeText } from "#fixtures/estate/aws-recorded/moments.ts";
import { MAIN } from "#fixtures/estate/aws-recorded/organization.ts";
import {
  writeRecording,
  type Exchange,
  type RecordedAnswer,
} from "#fixtures/estate/aws-recorded/recording.ts";
import { writeTruth } from "#fixtures/estate/aws-recorded/truth.ts";
import { extentOf } from "#fixtures/estate/seeded/truth.ts";
import { scanOrganization } from "./scanned.ts";
import { startSeeded } from "./seeded.ts";

const NIL = "00000000-0000-4000-8000-000000000000";
/** What the emulator makes by chance or by the time, though no verdict hangs on it. */
const BY_CHANCE = [
  [/<(requestId|RequestId|clientToken)>[^<]*</g, `<$1>${NIL}<`],
  [/"(CreationToken|CreatorRequestId)": ?"[^"]*"/g, `"$1": "${NIL}"`],
  [/"Serial": ?"\d+"/g, '"Serial": "1"'],
  [/(:listener-rule\/[\w/-]+\/)\d{12,}/g, "$10000000000000001"],
] as const;
/** Snapshots of databases are named by the time, and asked for by name. */
const NAMED_BY_TIME = /(rds:[\w-]+?)-\d{4}(?:-\d\d){4}/g;

interface Recorder {
  readonly url: string;
  readonly exchanges: () => readonly Exchange[];
  readonly close: () => Promise<void>;
}

/** A proxy that keeps what is asked and answered. @param now the time of the recording */
async function recorderOver(upstream: string, now: Date): Promise<Recorder> {
  const exchanges = new Map<string, Exchange>();
  const failed = new Map<string, number>();
  const accounts = new Map<string, string>();

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", headers } = incoming;
    const sent = await buffer(incoming);
    const onward = forward(`${upstream}${url}`, { method, headers });
    onward.end(sent);
    const [answer] = (await once(onward, "response")) as [IncomingMessage];
    const body = await buffer(answer);
    const status = answer.statusCode ?? 500;
    const known = askedOf(
      { method, url, headers, body: sent.toString("utf8") },
      (key) => accounts.get(key) ?? MAIN,
    );
    if (known === null) throw new Error(`an unsigned request: ${method} ${url}`);
    const key = keyOf(known.service, known.asked);
    // The emulator's own mishaps, after which the scan asks again.
    if (status >= 500) failed.set(key, status);
    else {
      const text = body.toString("utf8");
      if (!Buffer.from(text).equals(body)) throw new Error(`no text: the answer to ${key}`);
      learn(known.asked, text);
      const recorded = recordedAnswer(status, answer.headers, text, now);
      const before = exchanges.get(key)?.answer ?? recorded;
      if (JSON.stringify(before) !== JSON.stringify(recorded)) {
        throw new Error(`one question, two answers: ${key}`);
      }
      exchanges.set(key, { ...known, answer: recorded });
    }
    const { "transfer-encoding": _, ...given } = answer.headers;
    response.writeHead(status, { ...given, "content-length": body.length });
    response.end(body);
  };
  /** Keys that a role gives out sign for the role's account from then on. */
  const learn = ({ operation, input }: Asked, text: string) => {
    if (operation !== "AssumeRole") return;
    const key = /<AccessKeyId>(\w+)</.exec(text)?.[1];
    const account = /^arn:aws:iam::(\d{12}):/.exec(String(input["RoleArn"]))?.[1];
    if (key !== undefined && account !== undefined) accounts.set(key, account);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
      response.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges: () => {
      for (const [key, status] of failed) {
        if (!exchanges.has(key)) throw new Error(`only ever answered by ${status}: ${key}`);
      }
      return [...exchanges.values()];
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function recordedAnswer(
  status: number,
  headers: IncomingMessage["headers"],
  text: string,
  now: Date,
): RecordedAnswer {
  let plain = withoutKeys(text);
  for (const [pattern, by] of BY_CHANCE) plain = plain.replaceAll(pattern, by);
  // The emulator calls some of its JSON a page of HTML.
  const isJson = /^[{[]/.test(plain);
  const type = headers["content-type"] ?? "application/xml";
  const error = headers["x-amzn-errortype"];
  return {
    status,
    headers: {
      "content-type": isJson && !type.includes("json") ? "application/x-amz-json-1.1" : type,
      ...(typeof error === "string" ? { "x-amzn-errortype": error } : {}),
    },
    body: isJson
      ? relativeJson(JSON.parse(plain), now)
      : relativeText(plain.replaceAll(/>\s+</g, "><"), now),
  };
}

/** The text with keys that open nothing in place of those that a role gave out. */
function withoutKeys(text: string): string {
  const account = /arn:aws:sts::(\d{12}):assumed-role/.exec(text)?.[1];
  if (account === undefined) return text;
  return text
    .replace(/<AccessKeyId>[^<]*</, `<AccessKeyId>${roleKey(account)}<`)
    .replace(/<SecretAccessKey>[^<]*</, "<SecretAccessKey>no-secret-of-anyone-0002<")
    .replace(/<SessionToken>[^<]*</, "<SessionToken>no-token-of-anyone-0003<")
    .replaceAll(/AROA\w+:/g, `AROA${roleKey(account).slice(4)}:`);
}

/** The same without times in names. */
function steady<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(NAMED_BY_TIME, "$1-2026-01-01-00-00")) as T;
}

const now = new Date();
const seeded = await startSeeded(now);
const recorder = await recorderOver(seeded.url, now);
try {
  const report = await scanOrganization(recorder.url);
  if (report.problems.length > 0) {
    throw new Error(`the scan had problems: ${report.problems[0]?.message ?? ""}`);
  }
  const exchanges = recorder.exchanges();
  writeRecording(steady(exchanges));
  writeTruth(new Map(steady([...seeded.truth])));
  const { resources, verdicts } = extentOf(seeded.truth);
  console.log(
    `${exchanges.length} answers about ${resources} resources, ${verdicts.length} verdicts`,
  );
} finally {
  await recorder.close();
  await seeded.close();
}
