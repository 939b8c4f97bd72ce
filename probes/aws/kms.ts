import type { DescribeKeyResponse, KeyListEntry, ListKeysResponse } from "@aws-sdk/client-kms";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { classifyAws } from "./errors.ts";
import { toKeyRotation, whyNotRotatable } from "./kms-facets.ts";
import { answerOf, sourceOf, tell, type Known } from "#probes/common/known.ts";
import { askOnce } from "./known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { tokenAfter } from "./pages.ts";

const KEY_KIND = "AWS::KMS::Key";

/** KMS keys and whether they rotate by themselves. */
export default defineProbe({
  id: "aws-kms",
  title: "AWS Key Management Service",
  provider: "aws",
  kinds: [KEY_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeRegions", "kms:ListKeys", "tag:GetResources"] },
    keyRotation: { permissions: ["kms:DescribeKey", "kms:GetKeyRotationStatus"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(keys, session);
      yield* observeListed(keys, listed, wanted, session);
      if (!wanted.has("keyRotation")) return;
      for await (const chunk of chunks(listed.found, context.signal)) {
        yield* await Promise.all(chunk.map((key) => readRotation(key, session)));
      }
    });
  },
});

const keys = defineListing({
  kinds: [KEY_KIND],
  service: "kms",
  operation: "ListKeys",
  permission: "kms:ListKeys",
  // A key in a region that nobody declared protects what lies there undeclared.
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { ListKeysCommand } = await import("@aws-sdk/client-kms");
    return client.send(new ListKeysCommand({ Limit: 1000, Marker }), options);
  },
  next: (page: ListKeysResponse) => tokenAfter(page.Truncated, page.NextMarker),
  items: (page) => page.Keys,
  subject: ({ KeyArn: id, KeyId: name }: KeyListEntry) => {
    if (id === undefined || name === undefined) throw new TypeError("a key without ARN or id");
    return { id, name, tags: "elsewhere" };
  },
});

/** Only a key that can rotate is asked whether it does. */
async function readRotation(
  { subject, place, source }: Found<KeyListEntry>,
  session: AwsSession,
): Promise<Observation | Problem> {
  const { region } = place;
  const described = await askOnce(session, {
    service: "kms",
    region,
    operation: "DescribeKey",
    permission: "kms:DescribeKey",
    send: async (client, options) => {
      const { DescribeKeyCommand } = await import("@aws-sdk/client-kms");
      return client.send(new DescribeKeyCommand({ KeyId: subject.id }), options);
    },
  });
  const fixed = described.ok ? tellsFixed(described) : null;
  const status =
    fixed !== null || !described.ok
      ? null
      : await askOnce(session, {
          service: "kms",
          region,
          operation: "GetKeyRotationStatus",
          permission: "kms:GetKeyRotationStatus",
          send: async (client, options) => {
            const { GetKeyRotationStatusCommand } = await import("@aws-sdk/client-kms");
            return client.send(new GetKeyRotationStatusCommand({ KeyId: subject.id }), options);
          },
        });
  return tell(
    session.context,
    subject,
    "keyRotation",
    sourceOf(status ?? described, source),
    () => {
      const why = whyNotRotatable(answerOf(described));
      if (why !== null) return { enabled: null, periodDays: null, detail: why };
      if (status === null) throw new TypeError("the key was not asked about");
      return toKeyRotation(answerOf(status));
    },
  );
}

/** Why the key cannot rotate; null too where the answer has not the documented shape, which the mapping will say. */
function tellsFixed(described: Known<DescribeKeyResponse> & { readonly ok: true }): string | null {
  try {
    return whyNotRotatable(described.value);
  } catch {
    return "not readable";
  }
}
