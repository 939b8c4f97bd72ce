import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { targetSubject } from "#model/subject.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { answerOf, sourceOf, tell, type From, type Known, together } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { askBelow, listBelow, type Above } from "./asks-below.ts";
import { classifyAzure, malformed } from "./errors.ts";
import { toKeyRotation } from "./key-rotation.ts";
import { childSubject } from "./listing.ts";
import { parentsOf, type Parents } from "./inside.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";

const VAULT = "Microsoft.KeyVault/vaults";
const KIND = `${VAULT}/keys`;
const API_VERSION = "2023-07-01";
const READ = ["Microsoft.Resources/subscriptions/resources/read", `${KIND}/read`] as const;

/** Keys of key vaults, as far as the control plane shows them: no key, secret or value is read. */
export default defineProbe({
  id: "azure-vault-keys",
  title: "Keys of Azure key vaults",
  provider: "azure",
  kinds: [KIND],
  provides: {
    inventory: { permissions: READ },
    keyRotation: { permissions: READ },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const vaults = await parentsOf([VAULT], session);
      const listings = await Promise.all(
        vaults.items.map(async (vault) => ({ vault, known: await keysOf(vault, session) })),
      );
      yield* inventory(
        vaults,
        listings.map(({ known }) => known),
        session,
      );
      if (!wanted.has("keyRotation")) return;
      const keys = listings.flatMap(({ vault, known }) =>
        known.ok ? known.value.map((subject) => ({ subject, vault, listing: known })) : [],
      );
      for await (const some of chunks(keys, context.signal)) {
        yield* await Promise.all(some.map((key) => readKey(key, session)));
      }
      if (context.signal.aborted) yield cutOff(context, `GET ${KIND}`, wanted);
    });
  },
});

type Key = ReturnType<typeof childSubject>;

async function keysOf(vault: Above, session: AzureSession): Promise<Known<readonly Key[]>> {
  const known = await listBelow(session, vault, "keys", API_VERSION);
  if (!known.ok) return known;
  try {
    const value = known.value.map((raw: Fields) => childSubject(raw, vault.subject, KIND));
    return { ...known, value };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { operation, permission } = known;
    return { ok: false, operation, permission, failure: malformed(why).failure };
  }
}

/** Complete only when all vaults are known and each listed its keys; what fails alike is said once. */
function* inventory(
  { complete, source }: Parents,
  answers: readonly Known<readonly Key[]>[],
  { context, target }: AzureSession,
): Generator<Observation | Problem> {
  const subject = targetSubject(target);
  const failures = new Map<string, Known<unknown> & { readonly ok: false }>();
  for (const known of answers) {
    if (!known.ok) failures.set(`${known.failure.reason} ${known.operation}`, known);
  }
  for (const { operation, permission, failure } of failures.values()) {
    const { reason, message } = failure;
    yield context.problem({
      operation,
      subject,
      kinds: [KIND],
      facets: ["inventory"],
      reason,
      permission: reason === "denied" ? permission : null,
      message,
    });
  }
  const read = answers.filter((known) => known.ok);
  const from = together(read) ?? source;
  if (from === null) return;
  const { operation, observedAt, sha256 } = from;
  yield context.observe(
    subject,
    "inventory",
    {
      kinds: [KIND],
      complete: complete && failures.size === 0,
      items: read.flatMap(({ value }) => value),
    },
    { operation, observedAt, sha256 },
  );
}

/** Only a key's own answer has its rotation policy. */
async function readKey(
  { subject, vault, listing }: { subject: Key; vault: Above; listing: From },
  session: AzureSession,
): Promise<Observation | Problem> {
  const key = await askBelow(session, { ...vault, subject }, "", API_VERSION);
  const from = sourceOf(key, listing);
  return tell(session.context, subject, "keyRotation", from, () => toKeyRotation(answerOf(key)));
}
