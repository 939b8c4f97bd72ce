import { newestProfile } from "#facts/tls-profiles.ts";
import { type SettingPart, settingsInWords } from "#facts/tls-settings.ts";

/** What rids a server of a weakness: parts of its settings, or words of their own. */
interface Remedy {
  readonly parts?: readonly SettingPart[];
  readonly words?: string;
}

const NEW_KEY =
  "Make a new key (openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem), have its certificate issued, and revoke the old one.";

const REMEDIES: Readonly<Record<string, Remedy>> = {
  poodle: { parts: ["versions"] },
  drown: {
    parts: ["versions"],
    words: "Turn SSLv2 off on every server that has the same key, mail servers too (DROWN).",
  },
  freak: { parts: ["suites"] },
  logjam: { parts: ["suites", "groups"] },
  "common-prime": { parts: ["suites", "groups"] },
  sweet32: { parts: ["suites"] },
  beast: { parts: ["versions"] },
  crime: {
    words:
      "Turn TLS compression off (CRIME). Apache: SSLCompression off. nginx (since 1.3.2), HAProxy (since 1.5) and OpenSSL (since 1.1.0) have it off: update them.",
  },
  lucky13: { parts: ["suites"] },
  rc4: { parts: ["suites"] },
  "null-suites": { parts: ["suites"] },
  "anonymous-suites": { parts: ["suites"] },
  "export-suites": { parts: ["suites"] },
  "insecure-renegotiation": {
    words:
      "Update the TLS library to one that knows secure renegotiation (OpenSSL since 0.9.8m); nginx and HAProxy have no setting for it. Apache: SSLInsecureRenegotiation off.",
  },
  "no-fallback-scsv": {
    parts: ["versions"],
    words: "Or update the TLS library to one that knows RFC 7507 (OpenSSL since 1.0.1j).",
  },
  "static-key-exchange": { parts: ["suites"] },
  "weak-key": { words: NEW_KEY },
  roca: { words: NEW_KEY },
  heartbleed: {
    words:
      "Update OpenSSL to 1.0.1g or newer (Heartbleed). All that was in memory may be known: then make a new key, have its certificate issued, revoke the old one, end all sessions.",
  },
  "ccs-injection": { words: "Update OpenSSL to 0.9.8za, 1.0.0m, 1.0.1h or newer (CCS injection)." },
  ticketbleed: {
    words:
      "Update F5 BIG-IP, or turn Session Ticket off in its client SSL profile (Ticketbleed, K05121675).",
  },
  robot: {
    parts: ["suites"],
    words:
      "Update what ends TLS: its answers to wrong paddings differ (ROBOT). Until then turn suites with RSA key exchange off.",
  },
  "tls-poodle": { words: "Update what ends TLS: it does not check the padding of CBC suites." },
  "client-renegotiation": {
    words:
      "Refuse renegotiation that a client begins. nginx (since 0.8.23), HAProxy (since 1.5) and OpenSSL 3 do: update them. Apache with an older OpenSSL: SSLOpenSSLConfCmd Options NoRenegotiation (since 1.1.1).",
  },
  "starttls-injection": {
    words:
      "Update the mail or directory server (Postfix since 2.7.3): what came before the handshake must be thrown away.",
  },
};

/** What to do about these weaknesses, one line each; undefined where nothing special can be said. */
export function weaknessRemedies(ids: readonly string[]): string | undefined {
  const remedies = ids.flatMap((id) => REMEDIES[id] ?? []);
  const words = remedies.flatMap((remedy) => remedy.words ?? []);
  const wanted = new Set(remedies.flatMap(({ parts }) => parts ?? []));
  const parts = (["versions", "suites", "groups"] as const).filter((part) => wanted.has(part));
  const profile = newestProfile("mozilla-intermediate");
  const settings =
    parts.length === 0 || profile === undefined ? [] : [settingsInWords(profile, parts)];
  const lines = [...new Set([...words, ...settings])];
  return lines.length === 0 ? undefined : lines.join("\n");
}
