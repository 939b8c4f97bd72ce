import control from "#controls/access/ssh-key-strength.ts";
import type { SshKey, SshKeys } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const keys = (...list: readonly (readonly [string | null, number | null])[]) => ({
  sshKeys: {
    keys: list.map(([algorithm, bits], at): SshKey => ({ name: `key-${at + 1}`, algorithm, bits })),
  } satisfies SshKeys,
});
const PROMISE = { minimumRsaBits: 2048, alsoAllowed: ["ed25519", "ecdsa"] };

export default defineCases(control, [
  {
    name: "RSA of the declared size",
    expect: PROMISE,
    facets: keys(["rsa", 2048], ["rsa", 4096]),
    outcome: "pass",
    says: "key-1 (rsa, 2048 bits), key-2 (rsa, 4096 bits); declared: RSA of 2048 bits at least, ed25519, ecdsa",
  },
  {
    name: "one bit too few",
    expect: PROMISE,
    facets: keys(["rsa", 2047]),
    outcome: "fail",
    says: "too weak: key-1 (rsa, 2047 bits)",
  },
  {
    name: "RSA of 1,024 bits beside a good one",
    expect: PROMISE,
    facets: keys(["ed25519", 256], ["rsa", 1024]),
    outcome: "fail",
    says: "too weak: key-2 (rsa, 1024 bits)",
  },
  {
    name: "curves have smaller keys of greater strength",
    expect: PROMISE,
    facets: keys(["ed25519", 256], ["ecdsa", 256], ["ecdsa", 521]),
    outcome: "pass",
    says: "key-1 (ed25519, 256 bits)",
  },
  {
    name: "a curve that is not allowed",
    expect: { minimumRsaBits: 2048, alsoAllowed: ["ed25519"] },
    facets: keys(["ecdsa", 256]),
    outcome: "fail",
    says: "too weak: key-1 (ecdsa, 256 bits)",
  },
  {
    name: "a curve that is too small",
    expect: PROMISE,
    facets: keys(["ecdsa", 160]),
    outcome: "fail",
    says: "too weak",
  },
  {
    name: "a curve that nobody knows",
    expect: PROMISE,
    facets: keys(["ecdsa", null]),
    outcome: "unknown",
    says: "key-1 (ecdsa, of unknown size)",
  },
  {
    name: "DSA whatever its size",
    expect: PROMISE,
    facets: keys(["dsa", 2048]),
    outcome: "fail",
    says: "key-1 (dsa, 2048 bits)",
  },
  {
    name: "RSA without its public half",
    expect: PROMISE,
    facets: keys(["rsa", null]),
    outcome: "unknown",
    says: "not known: key-1 (rsa, of unknown size)",
  },
  {
    name: "no algorithm",
    expect: PROMISE,
    facets: keys([null, null]),
    outcome: "unknown",
    says: "key-1 (of unknown algorithm)",
  },
  {
    name: "an algorithm of tomorrow",
    expect: PROMISE,
    facets: keys(["ssh-mldsa-65", null]),
    outcome: "unknown",
    says: "ssh-mldsa-65",
  },
  {
    name: "one weak key fails, whatever is not known",
    expect: PROMISE,
    facets: keys(["rsa", 1024], ["rsa", null]),
    outcome: "fail",
    says: "key-1",
  },
  {
    name: "no key",
    expect: PROMISE,
    facets: keys(),
    outcome: "not-applicable",
    says: "no SSH key",
  },
  {
    name: "no keys at all",
    expect: PROMISE,
    facets: {},
    outcome: "not-applicable",
    says: "no SSH",
  },
]);
