import { describe, expect, test } from "vitest";
import { STARTTLS_PROTOCOLS, type StartTlsProtocol } from "#model/endpoint-url.ts";
import { createPreamble } from "#probes/tls/starttls/preamble.ts";
import {
  HONEST,
  ldapResponse,
  mysqlGreeting,
  mysqlPacket,
  play,
  STREAM,
  type Turn,
  XMPP_TLS,
} from "../../support/starttls-scripts.ts";

describe.each(STARTTLS_PROTOCOLS)("%s", (protocol) => {
  test.each([65_536, 7, 1])("comes to TLS, %i bytes at a time", (size) => {
    expect(play(protocol, HONEST[protocol], size).end).toMatchObject({ ready: true });
    expect(play(protocol, HONEST[protocol], size).end).not.toHaveProperty("unlisted");
  });

  test("bytes behind the go-ahead, in its packet or after it, are no TLS", () => {
    const turns = [...HONEST[protocol]];
    const last = turns.pop();
    if (last === undefined || last instanceof RegExp)
      throw new Error("a talk ends with the server");
    const goAhead = Buffer.concat([Buffer.from(last), Buffer.from("250 injected\r\n")]);
    const words = { broken: expect.stringContaining("after its go-ahead for TLS: 250 injected") };
    expect(play(protocol, [...turns, goAhead]).end).toEqual(words);
    expect(play(protocol, [...turns, last, "250 injected\r\n"]).end).toEqual(words);
  });

  test("an alert instead of an answer is the word of a server of plain TLS", () => {
    const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);
    expect(play(protocol, [alert]).end).toEqual({
      broken: "speaks TLS from the first byte: name its address with tls://",
    });
  });

  test.each([
    ["a web server", "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>"],
    ["an SSH server", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["zeros", Buffer.alloc(64)],
    ["no text", Buffer.from([0xff, 0xfe, 0x0d, 0x0a, 0x3e])],
  ])("%s speaks another protocol", (_, said) => {
    // A server that is silent about what it does not understand is for the clock.
    const { end } = play(protocol, [said]);
    const silent = end === null && said.length === 64;
    expect(silent || (end !== null && "broken" in end), JSON.stringify(end)).toBe(true);
  });

  test.each([
    ["without an end", "a"],
    ["of empty lines", "\r\n"],
    ["of greetings without end", "220-more\r\n"],
    ["of untagged news", "* OK more\r\n"],
    ["of capabilities", '"X" "y"\r\n'],
    ["of tags", "<a>"],
    ["of a long list", "+OK\r\n"],
  ])("a talk %s is cut off", (_, piece) => {
    const preamble = createPreamble(protocol, "server.example");
    let end = null;
    for (let bytes = 0; bytes <= 70_000 && (end === null || "send" in end); bytes += 4000) {
      end = preamble.push(Buffer.from(piece.repeat(Math.ceil(4000 / piece.length)))) ?? end;
    }
    expect(end).toHaveProperty("broken");
    expect(JSON.stringify(end).length).toBeLessThan(6000);
  });

  test("names no more of a line than a message bears", () => {
    const { end } = play(protocol, [`${"x".repeat(5000)} ${"y".repeat(50_000)}\r\n>`]);
    expect(JSON.stringify(end).length).toBeLessThan(6000);
  });
});

/** The honest talk up to the server's answer to that command, and then another answer. */
function instead(protocol: StartTlsProtocol, heard: RegExp, answer: string | Buffer): Turn[] {
  const turns = HONEST[protocol];
  const at = turns.findIndex(
    (turn) => turn instanceof RegExp && String(turn).includes(heard.source),
  );
  if (at < 0) throw new Error(`nobody says ${heard}`);
  return [...turns.slice(0, at + 1), answer];
}

describe("offers no TLS", () => {
  test.each<[StartTlsProtocol, readonly Turn[], string]>([
    ["smtp", instead("smtp", /STARTTLS/, "502 5.5.1 no\r\n"), "which it lists: 502 5.5.1 no"],
    ["lmtp", instead("lmtp", /STARTTLS/, "500-a\r\n500 no\r\n"), "which it lists: 500 no"],
    [
      "smtp",
      ["220 a\r\n", /EHLO/, "250-a\r\n250 X-STARTTLSX\r\n", /STARTTLS/, "502 no\r\n"],
      "does not list",
    ],
    ["smtp", ["220 a\r\n", /EHLO/, "250 STARTTLS\r\n", /STARTTLS/, "502 no\r\n"], "does not list"],
    [
      "smtp",
      ["220 a\r\n", /EHLO/, "502 no\r\n", /HELO/, "250 a\r\n", /STARTTLS/, "502 no\r\n"],
      "refuses STARTTLS: 502 no",
    ],
    ["imap", instead("imap", /a2/, "a2 BAD unknown\r\n"), "which it lists: a2 BAD unknown"],
    [
      "imap",
      ["* OK a\r\n", /a1/, "a1 BAD what\r\n", /a2/, "a2 NO no\r\n"],
      "refuses STARTTLS: a2 NO no",
    ],
    ["imap", ["* PREAUTH hello\r\n"], "takes its client as known"],
    ["pop3", instead("pop3", /STLS/, "-ERR no\r\n"), "which it lists: -ERR no"],
    [
      "pop3",
      ["+OK\r\n", /CAPA/, "-ERR what\r\n", /STLS/, "-ERR what\r\n"],
      "refuses STLS: -ERR what",
    ],
    [
      "pop3",
      ["+OK\r\n", /CAPA/, "+OK\r\n.\r\n", /STLS/, "-ERR\r\n"],
      "which it does not list: -ERR",
    ],
    [
      "ftp",
      ["220 a\r\n", /AUTH TLS/, "530 login\r\n", /AUTH SSL/, "500 what\r\n"],
      "AUTH TLS and AUTH SSL: 500 what",
    ],
    ["ldap", [ldapResponse(2, { text: "unsupported" })], "result 2, unsupported"],
    ["ldap", [ldapResponse(53)], "result 53, (an empty line)"],
    ["postgres", ["N"], "refuses SSLRequest"],
    ["mysql", [mysqlGreeting(0xf7ff)], "CLIENT_SSL"],
    [
      "xmpp",
      [STREAM, "<stream:features/>", /<starttls/, `<failure xmlns='${XMPP_TLS}'/>`],
      "does not list: failure",
    ],
    [
      "xmpp-server",
      [STREAM, "<features></features>", /<starttls/, "<stream:error><not-authorized xmlns='x'/>"],
      "stream error not-authorized",
    ],
    [
      "xmpp",
      [STREAM, "<features><starttls xmlns='other'/></features>", /<starttls/, "<failure/>"],
      "does not list",
    ],
    ["nntp", instead("nntp", /STARTTLS/, "502 no\r\n"), "which it lists: 502 no"],
    [
      "nntp",
      ["200 a\r\n", /CAPABILITIES/, "500 what\r\n", /STARTTLS/, "580 no\r\n"],
      "refuses STARTTLS: 580 no",
    ],
    ["sieve", instead("sieve", /STARTTLS/, 'NO "no"\r\n'), 'which it lists: NO "no"'],
    ["sieve", ['"SIEVE" "a"\r\nOK\r\n', /STARTTLS/, "NO\r\n"], "which it does not list: NO"],
  ])("%s %#", (protocol, turns, words) => {
    for (const size of [65_536, 1]) {
      const { end } = play(protocol, turns, size);
      expect(end).toEqual({ refused: expect.stringContaining(words) as string });
    }
  });
});

describe("takes a command that it does not list", () => {
  test.each<[StartTlsProtocol, readonly Turn[]]>([
    ["smtp", ["220 a\r\n", /EHLO/, "250 a\r\n", /STARTTLS/, "220 go\r\n"]],
    ["imap", ["* OK a\r\n", /a1/, "* CAPABILITY IMAP4\r\na1 OK\r\n", /a2/, "a2 OK\r\n"]],
    ["pop3", ["+OK\r\n", /CAPA/, "+OK\r\nTOP\r\n.\r\n", /STLS/, "+OK\r\n"]],
    ["nntp", ["201 a\r\n", /CAPA/, "101 a\r\nREADER\r\n.\r\n", /STARTTLS/, "382 go\r\n"]],
    ["sieve", ['"SIEVE" {8}\r\nSTARTTLS\r\nOK\r\n', /STARTTLS/, "OK\r\n"]],
    ["xmpp", [STREAM, "<features></features>", /<starttls/, "<proceed/>"]],
  ])("%s", (protocol, turns) => {
    expect(play(protocol, turns).end).toEqual({ ready: true, unlisted: true });
  });
});

describe("nothing is known", () => {
  test.each<[StartTlsProtocol, readonly Turn[], string]>([
    ["smtp", ["554 no service\r\n"], "greets with an error: 554 no service"],
    ["smtp", ["421 too many\r\n"], "greets with an error: 421"],
    ["smtp", instead("smtp", /EHLO/, "421 bye\r\n"), "refuses EHLO: 421 bye"],
    ["smtp", ["220 a\r\n", "550 who\r\n", /HELO/, "550 who\r\n"], "refuses HELO: 550 who"],
    [
      "smtp",
      instead("smtp", /STARTTLS/, "454 4.7.0 not now\r\n"),
      "fails for now: 454 4.7.0 not now",
    ],
    ["smtp", ["220 a\r\n220 b\r\n"], "refuses EHLO: 220 b"],
    [
      "smtp",
      instead("smtp", /EHLO/, "250 STARTTLS\r\n220 go\r\n"),
      "answers before it is asked: 220 go",
    ],
    ["lmtp", instead("lmtp", /LHLO/, "500 what\r\n"), "refuses LHLO: 500 what"],
    ["imap", ["* BYE busy\r\n"], "greets with an error: * BYE busy"],
    ["imap", instead("imap", /a2/, "a2 NO [UNAVAILABLE] later\r\n"), "fails for now"],
    ["imap", instead("imap", /a1/, "* BYE shutdown\r\n"), "takes its leave"],
    ["imap", instead("imap", /a1/, "a2 OK\r\n"), "answers what was not asked: a2 OK"],
    ["pop3", ["-ERR [IN-USE] busy\r\n"], "greets with an error"],
    ["pop3", instead("pop3", /STLS/, "-ERR [SYS/TEMP] later\r\n"), "STLS fails for now"],
    ["ftp", ["421 full\r\n"], "greets with an error: 421 full"],
    ["ftp", instead("ftp", /AUTH TLS/, "431 no certificate now\r\n"), "AUTH TLS fails for now"],
    ["ldap", [ldapResponse(52, { text: "no TLS" })], "StartTLS fails for now: result 52, no TLS"],
    ["ldap", [ldapResponse(0, { id: 0 })], "ends the connection"],
    ["ldap", [ldapResponse(0, { tag: 0x61 })], "another LDAP message"],
    ["ldap", [Buffer.from([0x30, 0x80, 0, 0])], "broken LDAP"],
    ...["resource-constraint", "system-shutdown", "internal-server-error"].map(
      (name): [StartTlsProtocol, readonly Turn[], string] => [
        "xmpp",
        [STREAM, "<features></features>", /<starttls/, `<stream:error><${name} xmlns='x'/>`],
        `ends the stream with an error: ${name}`,
      ],
    ),
    ["ldap", [Buffer.from([0x30, 3, 2, 1, 1])], "another LDAP message"],
    ["postgres", ["EFATAL: no room\0"], "answers SSLRequest with an error"],
    [
      "mysql",
      [mysqlPacket(Buffer.from("\xff\x10\x04Too many connections", "latin1"))],
      "error 1040: Too many connections",
    ],
    ["mysql", [mysqlPacket(Buffer.from("\x09old\0"))], "does not speak MySQL"],
    ["mysql", [mysqlPacket(Buffer.alloc(0))], "does not speak MySQL"],
    ["xmpp", [`${STREAM}<stream:error><host-unknown xmlns='x'/>`], "host-unknown"],
    ["xmpp", [`${STREAM}</stream:stream>`], "ends the stream before TLS"],
    [
      "xmpp",
      instead("xmpp", /starttls/, `<failure xmlns='${XMPP_TLS}'/></stream:stream>`),
      "fails to begin TLS",
    ],
    ["nntp", ["400 busy\r\n"], "greets with an error: 400 busy"],
    ["nntp", instead("nntp", /STARTTLS/, "580 not now\r\n"), "fails for now: 580"],
    ["nntp", instead("nntp", /CAPABILITIES/, "400 bye\r\n"), "refuses CAPABILITIES"],
    ["sieve", ['BYE "busy"\r\n'], "takes its leave"],
    ["sieve", ["NO\r\n"], "greets with an error"],
    ["sieve", instead("sieve", /STARTTLS/, 'NO (TRYLATER) "x"\r\n'), "fails for now"],
  ])("%s %#", (protocol, turns, words) => {
    expect(play(protocol, turns).end).toEqual({ broken: expect.stringContaining(words) as string });
  });
});

test("FTP before RFC 4217 knows AUTH SSL", () => {
  const turns = ["220 a\r\n", /AUTH TLS/, "504 what\r\n", /AUTH SSL/, "234 go\r\n"];
  expect(play("ftp", turns).end).toEqual({ ready: true });
});

test("MySQL's hello follows its SSLRequest without an answer", () => {
  const { end } = play("mysql", [mysqlGreeting(0xffff)]);
  if (end === null || !("ready" in end) || end.send === undefined) throw new Error("not ready");
  expect(end.send).toHaveLength(36);
  expect(end.send.subarray(0, 4)).toEqual(Buffer.from([32, 0, 0, 1]));
  expect(end.send.readUInt32LE(4) & 0x800).toBe(0x800);
});

test("a name cannot break out of XMPP's opening", () => {
  const opening = createPreamble("xmpp", "a'><b>&\"").open()?.toString() ?? "";
  expect(opening).toContain("to='a&#39;&#62;&#60;b&#62;&#38;&#34;'");
});

test("what a server says has no control characters in a message", () => {
  const { end } = play("smtp", ["554 \u001b[31mred\u202e\r\n"]);
  // oxlint-disable-next-line no-control-regex
  expect(JSON.stringify(end)).not.toMatch(/\\u001b\[|\u202e/);
});
