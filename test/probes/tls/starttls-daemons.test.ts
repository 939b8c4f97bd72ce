/** STARTTLS of real servers, with TLS and without. */
import { once } from "node:events";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginTls } from "#probes/tls/starttls/begin.ts";
import { testInjection } from "#probes/tls/starttls/injection.ts";
import { has } from "../../support/requirements.ts";
import { daemons } from "../../support/starttls-daemons.ts";
import { DAEMON_NAME, type RunningDaemon, startDaemon } from "../../support/starttls-launch.ts";
import { LINE_PROTOCOLS } from "../../support/starttls-peer.ts";

const options = { timeoutMs: 10_000, signal: new AbortController().signal };

describe.each(daemons)("$name", (daemon) => {
  describe.skipIf(!has(daemon.name))("with TLS", () => {
    let running: RunningDaemon;
    beforeAll(async () => {
      running = await startDaemon(daemon, true);
    });
    afterAll(() => running.stop());
    const at = (protocol: (typeof daemon.protocols)[number]) => ({
      host: "127.0.0.1",
      port: running.port(protocol),
      serverName: DAEMON_NAME,
    });

    test.each(daemon.protocols)("%s comes to TLS", async (protocol) => {
      const begun = await beginTls(at(protocol), protocol, options);
      if (!("socket" in begun)) throw new Error(JSON.stringify(begun));
      const secure = connect({ socket: begun.socket, rejectUnauthorized: false });
      await once(secure, "secureConnect");
      expect(secure.getPeerCertificate().subject.CN).toBe(DAEMON_NAME);
      secure.destroy();
    });

    test.each(daemon.protocols)(
      "%s: a command before TLS is not obeyed within it",
      async (protocol) => {
        const { status, why } = await testInjection(at(protocol), protocol, options);
        const tried = [...LINE_PROTOCOLS, "postgres", "ldap"].includes(protocol);
        expect(status, why).toBe(tried ? "not-vulnerable" : "not-run");
      },
    );
  });

  describe.skipIf(!has(daemon.name))("without TLS", () => {
    let running: RunningDaemon;
    beforeAll(async () => {
      running = await startDaemon(daemon, false);
    });
    afterAll(() => running.stop());

    test.each(daemon.protocols)("%s offers none", async (protocol) => {
      const address = { host: "127.0.0.1", port: running.port(protocol), serverName: DAEMON_NAME };
      const begun = await beginTls(address, protocol, options);
      // Prosody has nothing at all to offer to another server then, and ends the stream before it says so.
      const word = protocol === "xmpp-server" ? "broken" : "refused";
      expect(begun).toEqual({ [word]: expect.any(String) as string });
    });
  });
});
