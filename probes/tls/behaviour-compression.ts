/** Compression (RFC 3749), and with it encrypt-then-MAC (RFC 7366), as one hello can ask for both. */
import { cipherSuite, suiteName } from "#facts/cipher-suites.ts";
import { notApplicable, tested, type Tested } from "./behaviour-answers.ts";
import { hear, NOTHING_TO_CHOOSE } from "./behaviour-hear.ts";
import { commonSuites, offer, suitesFor, WITH_DEFLATE } from "./offers.ts";
import type { HelloVersion } from "./client-hello.ts";
import type { HelloReply } from "./records.ts";
import { FUTURE } from "./tolerance.ts";
import type { SuiteList } from "./suites.ts";
import type { Accepted } from "./versions.ts";
import type { Question, Wire } from "./wire.ts";

const NO_COMPRESSION = 0;
const DEFLATE = 1;
const ENCRYPT_THEN_MAC = 22;
const OFFER_MAC = [[ENCRYPT_THEN_MAC, Buffer.alloc(0)]] as const;
/** What hellos with compression showed. */
export interface CompressionTested {
  readonly compression: Tested;
  readonly encryptThenMac: Tested;
}

/** What a hello offers: suites of a version. */
interface Suites {
  readonly of: Accepted;
  readonly codes: readonly number[];
}

/**
 * Whether data is compressed before it is encrypted, and whether it is encrypted before the MAC is made. The latter is told
 * by answers in suites with CBC alone: where some are accepted, one hello with these asks both.
 * @param accepted all accepted versions, oldest first
 * @param list the suites of the newest of them before TLS 1.3; null where they were not listed
 * @param future told whether a hello that was of a version to come, too, was answered; null where none was
 */
export async function compressionAndMac(
  wire: Wire,
  accepted: readonly Accepted[],
  list: SuiteList | null,
  future: (answered: true | null) => void,
): Promise<CompressionTested> {
  const newest = accepted.findLast(({ version }) => version !== "TLSv1.3");
  if (newest === undefined) {
    future(null);
    return {
      compression: notApplicable("compression", "TLS 1.3 has no compression"),
      encryptThenMac: notApplicable(
        "encrypt-then-mac",
        "TLS 1.3 always authenticates what is encrypted",
      ),
    };
  }
  const whole = list !== null && list.unfinished === null;
  const all = { of: newest, codes: whole ? list.suites : offeredBy(newest) };
  const cbc = cbcOf(accepted, all);
  const extra = cbc === null ? [] : OFFER_MAC;
  const asked = cbc ?? all;
  // A server that knows no such version answers in its newest.
  const first =
    asked.of === newest && !newest.shape.compact
      ? await askCompression(wire, asked, extra, FUTURE)
      : null;
  future(first?.hello ? true : null);
  if (cbc === null) {
    const { compression } = first?.hello ? first : await askCompression(wire, all);
    return { compression, encryptThenMac: noCbc(accepted) };
  }
  const again = first?.hello ? first : await askCompression(wire, cbc, OFFER_MAC);
  if (again.hello !== null) {
    return { compression: again.compression, encryptThenMac: macOf(again.hello) };
  }
  // Either may be why it said no.
  const [{ compression }, encryptThenMac] = await Promise.all([
    askCompression(wire, all),
    askMac(wire, cbc, whole),
  ]);
  return { compression, encryptThenMac };
}

async function askCompression(
  wire: Wire,
  { of: { version, shape, hello }, codes }: Suites,
  extra: NonNullable<Question["extra"]> = [],
  legacyVersion?: number,
): Promise<Omit<CompressionTested, "encryptThenMac"> & { readonly hello: HelloReply | null }> {
  const question = {
    ...offer(version, shape, codes),
    compression: WITH_DEFLATE,
    extra,
    ...(legacyVersion === undefined ? {} : { legacyVersion }),
  };
  const heard = await hear(wire, question, offer(version, shape, [hello.suite]));
  if (heard.hello === null) {
    const why = `${heard.why} to a hello of ${version} that offers DEFLATE`;
    return { compression: tested("compression", "unknown", why), hello: null };
  }
  return { compression: compressionOf(version, heard.hello), hello: heard.hello };
}

function compressionOf(version: HelloVersion, { compression: method }: HelloReply): Tested {
  const test = "compression";
  if (method === DEFLATE) return tested(test, "yes", `chooses DEFLATE in ${version}`);
  return method === NO_COMPRESSION
    ? tested(test, "no", null)
    : tested(test, "unknown", `chooses method ${method}, which was not offered`);
}

/** @param known whether the suites are known to be accepted */
async function askMac(wire: Wire, cbc: Suites, known: boolean): Promise<Tested> {
  const { version, shape, hello } = cbc.of;
  const question = { ...offer(version, shape, cbc.codes), extra: OFFER_MAC };
  const heard = await hear(wire, question, offer(version, shape, [hello.suite]));
  if (heard.hello !== null) return macOf(heard.hello);
  const why = `${heard.why} to a hello of ${version} that offers suites with CBC alone`;
  return !known && NOTHING_TO_CHOOSE.has(heard.alert)
    ? notApplicable("encrypt-then-mac", why)
    : tested("encrypt-then-mac", "unknown", why);
}

function macOf({ suite, extensions }: HelloReply): Tested {
  return extensions.has(ENCRYPT_THEN_MAC)
    ? tested("encrypt-then-mac", "yes", null)
    : tested("encrypt-then-mac", "no", `not with ${suiteName(suite)}`);
}

/**
 * Suites with CBC of the newest version that has any; null where none has. Before TLS 1.2 hardly anything else is
 * chosen, so that the one suite that was tells.
 * @param all the suites of the newest version before TLS 1.3
 */
function cbcOf(accepted: readonly Accepted[], all: Suites): Suites | null {
  for (const of of accepted.filter(isExtensible).toReversed()) {
    const codes = (of === all.of ? all.codes : [of.hello.suite]).filter(
      (code) => cipherSuite(code)?.mode === "CBC",
    );
    if (codes.length > 0) return { of, codes };
  }
  return null;
}

function noCbc(accepted: readonly Accepted[]): Tested {
  const why = accepted.some(isExtensible)
    ? "no suite with CBC is accepted"
    : "SSLv3 has no extensions";
  return notApplicable("encrypt-then-mac", why);
}

/** SSLv3 has no extensions, and TLS 1.3 none of this. */
function isExtensible({ version }: Accepted): boolean {
  return version !== "SSLv3" && version !== "TLSv1.3";
}

/** All that one hello of that version and shape can offer. */
function offeredBy({ version, shape }: Accepted): readonly number[] {
  const suites = shape.compact ? commonSuites(version) : suitesFor(version);
  return suites.slice(0, shape.bundle);
}
