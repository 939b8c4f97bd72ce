import { randomBytes } from "node:crypto";
import { describe, type ExpectStatic, test } from "vitest";
import type { WeaknessStatus } from "#model/tls-facets.ts";
import { ccsInjection } from "#probes/tls/attacks/ccs-injection.ts";
import { clientRenegotiation } from "#probes/tls/attacks/client-renegotiation.ts";
import { heartbleed } from "#probes/tls/attacks/heartbleed.ts";
import { robot } from "#probes/tls/attacks/robot.ts";
import type { Attack } from "#probes/tls/attacks/surface.ts";
import { ticketbleed } from "#probes/tls/attacks/ticketbleed.ts";
import { tlsPoodle } from "#probes/tls/attacks/tls-poodle.ts";
import {
  type Connection,
  type Flaws,
  flawedServer,
  heartbeatAnswer,
  type Step,
} from "../../support/tls-flawed-server.ts";
import {
  alert,
  freshAddress,
  message,
  record,
  serverHelloOf,
  u16,
} from "../../support/tls-peer.ts";
import { attackedBy } from "./attacks-kit.ts";
import { PATIENCE } from "./hostile-kit.ts";

interface Hostile {
  readonly name: string;
  readonly attack: Attack;
  readonly flaws: Flaws;
  readonly status: WeaknessStatus;
  readonly says: RegExp;
  /** It keeps the scanner waiting. */
  readonly silent?: true;
}

type Deed = (connection: Connection, bytes: Buffer) => void;

/** Does something else at one step. */
const at = (step: Step, deed: Deed): Flaws => ({
  instead: (reached, connection, bytes) => {
    if (reached === step) deed(connection, bytes);
    return reached === step;
  },
});

const hang: Deed = () => {};
const reset: Deed = ({ socket }) => socket.resetAndDestroy();
const close: Deed = ({ socket }) => socket.end();
const says =
  (bytes: Buffer): Deed =>
  ({ socket }) =>
    socket.write(bytes);
const refuses =
  (description: number): Deed =>
  ({ fail }) =>
    fail(description);
/** For as long as it is taken. */
const floods =
  (bytes: Buffer): Deed =>
  ({ socket }) => {
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on("drain", more);
    more();
  };
/** A record again and again under the protection that is in force. */
const repeats =
  (type: number, content: Buffer, count: number): Deed =>
  ({ send }) => {
    for (let index = 0; index < count; index += 1) send(type, content);
  };

const beats = (deed: Deed): Flaws => ({ heartbeat: true, ...at("heartbeat", deed) });
/** What a secret's padding is, as a server sees it. */
const isRight = (padded: Buffer) => padded[0] === 0 && padded[1] === 2 && padded[208] === 3;

const HEARTBLEED: readonly Omit<Hostile, "attack">[] = [
  { name: "silence", silent: true, flaws: beats(hang), status: "unknown", says: /answers none/ },
  { name: "a reset", flaws: beats(reset), status: "unknown", says: /answers none/ },
  { name: "an end in order", flaws: beats(close), status: "unknown", says: /answers none/ },
  { name: "a refusal", flaws: beats(refuses(10)), status: "not-vulnerable", says: /alert 10/ },
  {
    name: "answers of other lengths without end",
    flaws: beats(repeats(24, heartbeatAnswer(randomBytes(7)), 600)),
    status: "unknown",
    says: /too many records/,
  },
  {
    name: "an answer that claims more than it has",
    flaws: beats(({ send, socket }) => {
      send(24, Buffer.from([2, 0, 20, 1, 2, 3]));
      socket.end();
    }),
    status: "unknown",
    says: /answers none/,
  },
  {
    name: "an answer of the right length that is not of what was sent",
    flaws: beats(({ send, socket }) => {
      send(24, heartbeatAnswer(Buffer.alloc(20, 0x41)));
      socket.end();
    }),
    status: "unknown",
    says: /answers none/,
  },
  {
    name: "the request sent back as it came",
    flaws: beats(({ send, socket }, bytes) => {
      send(24, bytes);
      socket.end();
    }),
    status: "unknown",
    says: /answers none/,
  },
  {
    name: "an answer of a single byte",
    flaws: beats(({ send, socket }) => {
      send(24, Buffer.of(2));
      socket.end();
    }),
    status: "unknown",
    says: /answers none/,
  },
  {
    name: "something else than TLS, which is not shown",
    flaws: beats(says(Buffer.from("SECRET of the server"))),
    status: "unknown",
    says: /^answers with something else than TLS$/,
  },
  {
    name: "a record that never ends",
    flaws: beats(floods(Buffer.concat([Buffer.from([24, 3, 3, 0x40, 0]), Buffer.alloc(100)]))),
    status: "unknown",
    says: /not authentic|too long/,
  },
  {
    name: "a record that was not protected",
    flaws: beats(says(record(24, heartbeatAnswer(randomBytes(20))))),
    status: "unknown",
    says: /not authentic|cannot be read/,
  },
];

const CCS: readonly Omit<Hostile, "attack">[] = [
  {
    name: "silence",
    silent: true,
    flaws: at("early-change", hang),
    status: "unknown",
    says: /says nothing/,
  },
  {
    name: "a reset at once",
    flaws: at("early-change", reset),
    status: "not-vulnerable",
    says: /ends the connection/,
  },
  {
    name: "an end at the record behind it alone",
    silent: true,
    flaws: { ccsInjection: true, ...at("early-record", close) },
    status: "unknown",
    says: /not at once/,
  },
  {
    name: "another refusal",
    flaws: at("early-change", refuses(40)),
    status: "not-vulnerable",
    says: /alert 40/,
  },
  {
    name: "changes of cipher without end",
    flaws: at("early-change", floods(record(20, Buffer.of(1)))),
    status: "unknown",
    says: /too many records/,
  },
  {
    name: "warnings without end",
    flaws: at("early-change", floods(alert(20, 1))),
    status: "unknown",
    says: /too many records/,
  },
  {
    name: "an alert of one byte",
    flaws: at("early-change", says(record(21, Buffer.of(20)))),
    status: "unknown",
    says: /alert that cannot be read/,
  },
  {
    name: "an end to whatever hello comes after",
    flaws: {
      instead: (() => {
        let changed = false;
        return (step, connection) => {
          if (step === "early-change") changed = true;
          if (changed) connection.socket.resetAndDestroy();
          return changed;
        };
      })(),
    },
    status: "unknown",
    says: /what was answered before/,
  },
];

/** A hello that resumes with that session id. */
const resumesWith = (session: Buffer): Deed =>
  says(record(22, serverHelloOf({ legacy: 0x0303, suite: 0x002f, session })));

const TICKET: readonly Omit<Hostile, "attack">[] = [
  {
    name: "silence",
    silent: true,
    flaws: at("resumption", hang),
    status: "unknown",
    says: /says nothing/,
  },
  { name: "a reset", flaws: at("resumption", reset), status: "unknown", says: /says nothing/ },
  { name: "a refusal", flaws: at("resumption", refuses(40)), status: "unknown", says: /alert 40/ },
  {
    name: "32 other bytes",
    flaws: at("resumption", resumesWith(randomBytes(32))),
    status: "unknown",
    says: /does not resume/,
  },
  {
    name: "no session id",
    flaws: at("resumption", resumesWith(Buffer.alloc(0))),
    status: "unknown",
    says: /does not resume/,
  },
  {
    name: "a session id of 33 bytes",
    flaws: at("resumption", ({ socket }, session) =>
      resumesWith(Buffer.concat([session, Buffer.alloc(2)]))({ socket } as Connection, session),
    ),
    status: "unknown",
    says: /ServerHello/,
  },
  {
    name: "a ticket of 9,000 bytes",
    flaws: { ticket: randomBytes(9000) },
    status: "unknown",
    says: /9000 bytes/,
  },
  {
    name: "a ticket of nothing",
    flaws: { ticket: Buffer.alloc(0) },
    status: "not-vulnerable",
    says: /no session tickets/,
  },
  {
    name: "a ticket message that is cut short",
    flaws: at("finished", says(record(22, message(4, Buffer.alloc(3))))),
    status: "unknown",
    says: /ticket that cannot be read/,
  },
];

let turns = 0;
const ROBOT: readonly Omit<Hostile, "attack">[] = [
  {
    name: "silence",
    silent: true,
    flaws: at("key-exchange", hang),
    status: "unknown",
    says: /says nothing/,
  },
  {
    name: "a reset for every shape",
    flaws: at("key-exchange", reset),
    status: "not-vulnerable",
    says: /alike: ends the connection/,
  },
  {
    name: "alerts that change by themselves",
    flaws: at("key-exchange", ({ fail }) => fail((turns += 1))),
    status: "unknown",
    says: /from one time to the next/,
  },
  {
    name: "silence for right and an end for wrong padding: no word, no finding",
    silent: true,
    flaws: at("key-exchange", ({ socket }, padded) => {
      if (!isRight(padded)) socket.end();
    }),
    status: "unknown",
    says: /may tell right padding from wrong/,
  },
  {
    name: "an alert for right padding and an end for wrong, each time",
    flaws: at("key-exchange", ({ fail, socket }, padded) => {
      if (isRight(padded)) fail(20);
      else socket.end();
    }),
    status: "vulnerable",
    says: /weak oracle.*end of connection/,
  },
  {
    name: "silence for wrong padding, until no time is left",
    silent: true,
    flaws: at("key-exchange", ({ fail }, padded) => {
      if (isRight(padded)) fail(20);
    }),
    status: "unknown",
    says: /time for this server had run out/,
  },
  {
    name: "a certificate of rubbish",
    flaws: { certificate: Buffer.alloc(300, 0x30) },
    status: "unknown",
    says: /no RSA key/,
  },
  {
    name: "no certificate",
    flaws: { certificate: Buffer.alloc(0) },
    status: "unknown",
    says: /no RSA key/,
  },
  {
    name: "a refusal for want of a client certificate",
    flaws: { asksForCertificate: true, ...at("key-exchange", refuses(40)) },
    status: "unknown",
    says: /client certificate/,
  },
];

/** Does something else with a request, whatever its padding. */
const asked = (deed: Deed): Flaws => ({
  instead: (step, connection, bytes) => {
    const request = step === "data" || (step === "broken-record" && bytes[0] === 23);
    if (request) deed(connection, bytes);
    return request;
  },
});

const POODLE: readonly Omit<Hostile, "attack">[] = [
  {
    name: "silence to a request, and a refusal of the Finished",
    silent: true,
    flaws: asked(hang),
    status: "not-vulnerable",
    says: /alert 20/,
  },
  {
    name: "a greeting before the request is refused in silence",
    flaws: asked(({ send }) => send(23, Buffer.from("220 mail.example ESMTP\r\n"))),
    status: "not-vulnerable",
    says: /alert 20/,
  },
  {
    name: "a greeting, and no look at padding",
    flaws: {
      poodle: "all",
      ...asked(({ send }) => send(23, Buffer.from("220 mail.example ESMTP\r\n"))),
    },
    status: "vulnerable",
    says: /Finished/,
  },
  {
    name: "resets",
    flaws: {
      instead: (step, { socket }) => {
        if (step === "broken-record") socket.resetAndDestroy();
        return step === "broken-record";
      },
    },
    status: "not-vulnerable",
    says: /ends the connection/,
  },
  {
    name: "data without end",
    flaws: asked(repeats(23, Buffer.alloc(16_000), 20)),
    status: "not-vulnerable",
    says: /alert 20/,
  },
  {
    name: "an alert of leave",
    flaws: asked(refuses(0)),
    status: "not-vulnerable",
    says: /alert 20/,
  },
  {
    name: "a Finished in the clear",
    flaws: at("finished", says(record(22, message(20, Buffer.alloc(12))))),
    status: "unknown",
    says: /without changing its cipher/,
  },
  {
    name: "a Finished of rubbish",
    flaws: at(
      "finished",
      says(Buffer.concat([record(20, Buffer.of(1)), record(22, randomBytes(64))])),
    ),
    status: "unknown",
    says: /not authentic/,
  },
];

const RENEGOTIATION: readonly Omit<Hostile, "attack">[] = [
  {
    name: "silence",
    silent: true,
    flaws: at("renegotiation", hang),
    status: "not-vulnerable",
    says: /says nothing/,
  },
  {
    name: "a reset at the third",
    flaws: {
      renegotiations: 10,
      instead: (step, { socket, hellos }) => {
        const third = step === "renegotiation" && hellos === 4;
        if (third) socket.resetAndDestroy();
        return third;
      },
    },
    status: "not-vulnerable",
    says: /takes 2 renegotiations/,
  },
  {
    name: "an end in order, whatever comes",
    flaws: at("renegotiation", refuses(0)),
    status: "unknown",
    says: /before it was asked/,
  },
  {
    name: "requests for a hello without end",
    flaws: at("renegotiation", repeats(22, message(0, Buffer.alloc(0)), 600)),
    status: "unknown",
    says: /too many records/,
  },
  {
    name: "data without end",
    flaws: at("renegotiation", repeats(23, Buffer.alloc(16_000), 20)),
    status: "unknown",
    says: /too long/,
  },
  {
    name: "an answer in the clear",
    flaws: at(
      "renegotiation",
      says(record(22, serverHelloOf({ legacy: 0x0303, suite: 0x002f, extensions: [] }))),
    ),
    status: "unknown",
    says: /not authentic|cannot be read/,
  },
  {
    name: "another suite than was offered",
    flaws: at("renegotiation", ({ send }) =>
      send(22, serverHelloOf({ legacy: 0x0303, suite: 0x0005, extensions: [] })),
    ),
    status: "not-vulnerable",
    says: /not offered/,
  },
  {
    name: "a handshake message of 16 million bytes",
    flaws: at("renegotiation", ({ send }) =>
      send(22, Buffer.concat([Buffer.from([2, 255, 255]), u16(0xff00), Buffer.alloc(500)])),
    ),
    status: "unknown",
    says: /handshake message of/,
  },
];

const GROUPS = [
  [heartbleed, HEARTBLEED],
  [ccsInjection, CCS],
  [ticketbleed, TICKET],
  [robot, ROBOT],
  [tlsPoodle, POODLE],
  [clientRenegotiation, RENEGOTIATION],
] as const;

/** For one dialogue, on a machine with much else to do; shorter where the time is to run out. */
const TIMEOUT_MS = 10_000;
const SILENT_MS = 2500;

for (const [attack, servers] of GROUPS) {
  describe(`${attack.test}: a server that answers with`, () => {
    for (const server of servers) {
      test.concurrent(server.name, { timeout: 60_000 }, ({ expect }) =>
        holds({ ...server, attack }, expect),
      );
    }
  });
}

async function holds(hostile: Hostile, expect: ExpectStatic): Promise<void> {
  const host = freshAddress();
  const peer = await flawedServer(hostile.flaws, host);
  const timeoutMs = hostile.silent === true ? SILENT_MS : TIMEOUT_MS;
  const started = performance.now();
  try {
    const found = await attackedBy(hostile.attack, peer.port, { host, timeoutMs });
    expect(performance.now() - started).toBeLessThan(4 * timeoutMs + 2000);
    expect(found, found.why).toMatchObject({ status: hostile.status });
    expect(found.why).toMatch(hostile.says);
    // It goes to people's terminals.
    // oxlint-disable-next-line no-control-regex
    expect(found.why).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(found.why.length).toBeLessThan(300);
    await expect.poll(peer.open, PATIENCE).toBe(0);
  } finally {
    await peer.close();
  }
}
