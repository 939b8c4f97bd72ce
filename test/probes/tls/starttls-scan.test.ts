/** Whole scans of real servers that begin TLS by a command, with the time that a check gives them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TLS_FACETS } from "#model/tls-facets.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { enumerate } from "#probes/tls/enumerate.ts";
import { daemons } from "../../support/starttls-daemons.ts";
import { DAEMON_NAME, type RunningDaemon, startDaemon } from "../../support/starttls-launch.ts";
import { has } from "../../support/requirements.ts";
import { skippingClock } from "./scan.ts";

/** As a check gives it, with a time limit that does not divide evenly. */
const timeoutMs = answerMilliseconds({
  id: "server",
  provider: "endpoint",
  url: "smtp://server.example",
  labels: [],
  limits: { callTimeout: "PT29S" },
});

const RENEGOTIATES = "takes 10 renegotiations of 10 that a client asks for";
const isRenegotiation = (tests: readonly string[]) =>
  tests.every((test) => test === "client-renegotiation");
const CLOSES = "connection closed to a hello of TLSv1.2 with the signal";

/** What is not as with the others. */
const EXPECTED: Readonly<
  Record<string, Readonly<Record<string, unknown>> & { readonly unknown?: readonly string[] }>
> = {
  // It has no parameters for DHE, chooses it all the same where it is offered, and then fails.
  dovecot: {
    unknown: [
      CLOSES,
      "groups: the server takes only short hellos, in which not all of them fit",
      "does not resume the session of its own ticket",
    ],
  },
  mariadb: { clientCertificate: "optional" },
  vsftpd: { clientCertificate: "optional" },
  // GnuTLS lets clients renegotiate as often as they like; ten times take longer than one answer may on a busy machine.
  slapd: { unknown: [CLOSES, RENEGOTIATES], vulnerable: expect.toSatisfy(isRenegotiation) },
  prosody: { clientCertificate: expect.stringMatching(/^(?:optional|not-requested)$/) },
};

describe.each(daemons)("$name", (daemon) => {
  describe.skipIf(!has(daemon.name))("in a scan for everything", () => {
    let running: RunningDaemon;
    beforeAll(async () => {
      running = await startDaemon(daemon, true);
    });
    afterAll(() => running.stop());

    test.each(daemon.protocols)("%s", { timeout: 60_000 }, async (startTls) => {
      const found = await enumerate(
        { host: "127.0.0.1", port: running.port(startTls), serverName: DAEMON_NAME, startTls },
        {
          timeoutMs,
          connections: 20,
          signal: new AbortController().signal,
          clock: skippingClock(),
          wanted: new Set(TLS_FACETS),
          ca: null,
          active: true,
        },
      );
      const left = {
        unknown: [
          ...found.protocols.versions.filter((one) => one.status === "unknown"),
          ...(found.cipherSuites?.unfinished ?? []),
          ...(found.keyExchange?.unfinished ?? []),
          ...(found.tlsService?.tolerance.filter((one) => one.status === "unknown") ?? []),
          ...(found.tlsBehaviour?.tests.filter((one) => one.answer === "unknown") ?? []),
          ...(found.tlsAttacks?.tests.filter((one) => one.status === "unknown") ?? []),
        ].map(({ why }) => why),
        certificate: found.certificate?.unfinished,
        possession: found.certificate?.presented.map(({ possession }) => possession),
        clientCertificate: found.tlsService?.clientCertificate,
        vulnerable: found.tlsAttacks?.tests
          .filter((one) => one.status === "vulnerable")
          .map(({ test }) => test),
      };
      const { unknown = [], ...others } = EXPECTED[daemon.name] ?? {};
      expect(left.unknown.filter((why) => !unknown.includes(why ?? ""))).toEqual([]);
      expect(left).toEqual({
        unknown: left.unknown,
        certificate: [],
        possession: [true],
        clientCertificate: "not-requested",
        vulnerable: [],
        ...others,
      });
    });
  });
});
