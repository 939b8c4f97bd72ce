/** One SSH server: all its addresses, and of each the algorithms and every host key that it proves. */
import type { SshKey } from "#model/security-facets.ts";
import type { SshService } from "#model/ssh-facets.ts";
import { readSshKeyBlob } from "#probes/common/ssh-public-key.ts";
import { type Dial, dial } from "./connection.ts";
import { classifySsh } from "./errors.ts";
import { clientKexInit, type Hello, IDENTIFICATION, readHello } from "./hello.ts";
import { fingerprint, isSignedBy, isVerifiable } from "./host-key.ts";
import { exchange, exchangeHash, methodFor } from "./key-exchange.ts";

/** What a scan shows. */
export interface SshScan {
  readonly sshService: SshService;
  readonly keys: readonly SshKey[];
}

/** A key that was proven, or one that was not, with the reason. */
type HostKey = { readonly key: SshKey } | SshService["unproven"][number];

interface OneAddress {
  readonly hello: Hello;
  readonly hostKeys: readonly HostKey[];
}

/** Addresses of a name that are asked. */
const MOST_ADDRESSES = 4;
/**
 * Host key algorithms that are asked for, each over a connection of its own. OpenSSH, since 9.8, begins to turn away who
 * breaks off about fifteen connections at once (PerSourcePenalties in sshd_config(5)).
 */
const MOST_ALGORITHMS = 10;
/** OpenSSH drops some connections from ten unauthenticated ones on (MaxStartups in sshd_config(5)). */
const AT_ONCE = 3;

/**
 * Looks at the addresses of a server.
 * @throws what the first address failed by, where none answers
 */
export async function scanSsh(
  addresses: readonly string[],
  dialled: Omit<Dial, "host">,
): Promise<SshScan> {
  const asked = addresses.slice(0, MOST_ADDRESSES);
  const results = await Promise.allSettled(asked.map((host) => scanAddress({ ...dialled, host })));
  const seen: (OneAddress & { readonly address: string })[] = [];
  const unanswered: { readonly address: string; readonly why: string }[] = [];
  for (const [at, result] of results.entries()) {
    const address = asked[at] ?? "";
    if (result.status === "fulfilled") seen.push({ address, ...result.value });
    else unanswered.push({ address, why: classifySsh(result.reason).message });
  }
  for (const address of addresses.slice(MOST_ADDRESSES)) {
    unanswered.push({ address, why: `not asked: only ${MOST_ADDRESSES} addresses are` });
  }
  const [first] = seen;
  if (first === undefined) {
    const failed = results.find((result) => result.status === "rejected");
    throw failed?.reason;
  }
  const proven = new Map<string, SshKey>();
  const unproven: SshService["unproven"][number][] = [];
  for (const { address, hostKeys } of seen) {
    for (const one of hostKeys) {
      if ("key" in one) proven.set(one.key.name, one.key);
      else if (seen.length === 1) unproven.push(one);
      else unproven.push({ ...one, why: `at ${address}: ${one.why}` });
    }
  }
  // A key of which nothing is known is a key all the same.
  const unknown = [
    ...unproven.map(({ algorithm }) => `not seen: ${algorithm}`),
    ...unanswered.map(({ address }) => `not seen: those of ${address}`),
  ];
  return {
    sshService: {
      ...serviceOf(seen.map(({ hello }) => hello)),
      addresses: seen.map(({ address }) => address),
      unanswered,
      unproven,
    },
    keys: [...proven.values(), ...unknown.map((name) => ({ name, algorithm: null, bits: null }))],
  };
}

async function scanAddress(dialled: Dial): Promise<OneAddress> {
  const hello = await readFirst(dialled);
  const algorithms = [...new Set(hello.lists.hostKeys)];
  const asked = algorithms.slice(0, MOST_ALGORITHMS);
  const hostKeys: HostKey[] = algorithms.map((algorithm) => ({
    algorithm,
    why: "too many algorithms to ask for",
  }));
  const waiting = [...asked.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      hostKeys[next[0]] = await proveKey(dialled, next[1]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { hello, hostKeys };
}

async function readFirst(dialled: Dial): Promise<Hello> {
  const connection = await dial(dialled);
  try {
    return await readHello(connection);
  } finally {
    connection.close();
  }
}

/** Has the host prove its key for an algorithm. Never throws. */
async function proveKey(dialled: Dial, algorithm: string): Promise<HostKey> {
  if (!isVerifiable(algorithm)) return { algorithm, why: "its signatures cannot be verified here" };
  try {
    const connection = await dial(dialled);
    try {
      const hello = await readHello(connection);
      const method = methodFor(hello.lists.keyExchanges);
      if (method === null) return { algorithm, why: "no key exchange in common" };
      const kexInit = clientKexInit(hello.lists, method, algorithm);
      connection.writePacket(kexInit);
      const exchanged = await exchange(connection, method);
      const transcript = [
        Buffer.from(IDENTIFICATION),
        hello.identification,
        kexInit,
        hello.kexInit,
      ];
      const hash = exchangeHash(exchanged, transcript);
      const { hostKey, signature } = exchanged;
      if (!isSignedBy(hostKey, algorithm, hash, signature)) {
        return { algorithm, why: "the exchange is not signed by the key that is shown" };
      }
      return { key: { name: fingerprint(hostKey), ...readSshKeyBlob(hostKey) } };
    } finally {
      connection.close();
    }
  } catch (error) {
    return { algorithm, why: classifySsh(error).message };
  }
}

/** Markers of extensions among the methods of key exchange, which are none (RFC 8308 2.1). */
const MARKERS: ReadonlySet<string> = new Set([
  "ext-info-s",
  "ext-info-c",
  "kex-strict-s-v00@openssh.com",
  "kex-strict-c-v00@openssh.com",
]);
const STRICT = "kex-strict-s-v00@openssh.com";

/** All that any address offers; a countermeasure counts only where all have it. */
function serviceOf(
  hellos: readonly Hello[],
): Omit<SshService, "addresses" | "unanswered" | "unproven"> {
  const all = (...names: readonly (keyof Hello["lists"])[]) => [
    ...new Set(hellos.flatMap(({ lists }) => names.flatMap((name) => lists[name]))),
  ];
  return {
    software: [...new Set(hellos.map(({ software }) => software))].join(" and "),
    protocol: hellos.some(({ protocol }) => protocol === "1.99") ? "1.99" : "2.0",
    keyExchanges: all("keyExchanges").filter((name) => !MARKERS.has(name)),
    hostKeys: all("hostKeys"),
    ciphers: all("ciphersToServer", "ciphersToClient"),
    macs: all("macsToServer", "macsToClient"),
    compressions: all("compressionsToServer", "compressionsToClient"),
    strictKeyExchange: hellos.every(({ lists }) => lists.keyExchanges.includes(STRICT)),
  };
}
