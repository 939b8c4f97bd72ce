/** The names of a certificate: for people, and against the name of a host (RFC 9525). */
import { isIP, SocketAddress } from "node:net";
import { domainToASCII } from "node:url";
import { plain } from "#model/text.ts";
import type { AltName, AltNames } from "./certificate-extensions.ts";

const DNS_NAME = 2;
const ADDRESS = 7;
/** GeneralName's other kinds that are text (RFC 5280 4.2.1.6). */
const TEXT_KINDS: Readonly<Record<number, string>> = { 1: "email", 6: "URI" };

const MAX_NAME = 300;
/** More are compared, and not shown. */
export const MAX_SHOWN_NAMES = 1000;

/** Host names and addresses bare, others with their kind: bounded, escaped, at most 1,000 of them. */
export function shownNames(names: AltNames): string[] {
  const shown: string[] = [];
  for (const name of names) {
    if (shown.length === MAX_SHOWN_NAMES) break;
    shown.push(shownName(name));
  }
  return shown;
}

function shownName({ type, value }: AltName): string {
  if (type === ADDRESS) return addressOf(value) ?? "address of the wrong length";
  // More would be cut off anyway.
  const text = plain(value.subarray(0, 4 * MAX_NAME).toString("latin1"), MAX_NAME);
  if (type === DNS_NAME) return text;
  const kind = TEXT_KINDS[type];
  return kind === undefined ? `name of kind ${type}` : plain(`${kind}:${text}`, MAX_NAME);
}

/**
 * Whether one of the names is that of the host (RFC 9525 6). Only alternative names count, never the common name;
 * an address only by an address; `*` stands for the whole left-most label and has two labels or more behind it.
 * @param host a DNS name, with U-labels or A-labels, or an IP address, in brackets or not
 */
export function coversHost(names: AltNames, host: string): boolean {
  const address = canonicalAddress(host.replace(/^\[|\]$/g, ""));
  if (address !== null) {
    return some(names, ({ type, value }) => type === ADDRESS && addressOf(value) === address);
  }
  const wanted = (domainToASCII(host) || host).toLowerCase().replace(/\.$/, "");
  if (wanted === "") return false;
  const parent = wanted.slice(wanted.indexOf(".") + 1);
  // The star stands for one label, which is not empty.
  const wildcard = parent.includes(".") && !wanted.startsWith(".") ? `*.${parent}` : null;
  return some(names, ({ type, value }) => {
    if (type !== DNS_NAME || value.length > MAX_NAME) return false;
    const name = value.toString("latin1").toLowerCase();
    return name === wanted || name === wildcard;
  });
}

function some(names: AltNames, is: (name: AltName) => boolean): boolean {
  for (const name of names) if (is(name)) return true;
  return false;
}

function addressOf(octets: Buffer): string | null {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return null;
  return canonicalAddress(octets.toString("hex").replace(/(.{4})(?!$)/g, "$1:"));
}

/** An address in the one spelling that the system gives it; null for what is none. */
function canonicalAddress(text: string): string | null {
  const family = isIP(text);
  if (family === 0) return null;
  // A zone is this machine's own business.
  const address = text.replace(/%.*$/, "");
  return new SocketAddress({ address, family: family === 6 ? "ipv6" : "ipv4" }).address;
}
