import { defineProbe } from "#model/probe.ts";
import { text } from "#probes/common/json.ts";
import { answerOf, oncePer } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import {
  listed,
  observeInventory,
  observeListed,
  tellListed,
  type Found,
} from "#probes/rest/listing.ts";
import { isPrevented, toAccessPolicy, toExposure } from "./bucket-access.ts";
import {
  locationName,
  toEncryption,
  toImmutability,
  toLocation,
  toRedundancy,
  toVersioning,
} from "./bucket-facets.ts";
import { toRetention } from "./bucket-lifecycle.ts";
import { labelsOf, listInProjects, listPartly, wholly } from "./listings.ts";
import { asking } from "./session.ts";

const BUCKET = "storage.googleapis.com/Bucket";
const LIST = ["storage.buckets.list"];
const POLICY = {
  operation: "storage.buckets.getIamPolicy",
  permission: "storage.buckets.getIamPolicy",
};
const FOLDERS = {
  operation: "storage.managedFolders.list",
  permission: "storage.managedFolders.list",
  field: "items",
};

/** Buckets of Cloud Storage. */
export default defineProbe({
  id: "gcp-buckets",
  title: "Google Cloud Storage buckets",
  provider: "gcp",
  kinds: [BUCKET],
  provides: {
    inventory: { permissions: LIST },
    location: { permissions: LIST },
    encryption: { permissions: LIST },
    redundancy: { permissions: LIST },
    versioning: { permissions: LIST },
    immutability: { permissions: LIST },
    retention: { permissions: LIST },
    exposure: { permissions: [...LIST, POLICY.permission, FOLDERS.permission] },
    accessPolicy: { permissions: [...LIST, POLICY.permission] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const api = asking(target, context, "storage");
    const parts = await listInProjects(
      target,
      api,
      { operation: "storage.buckets.list", permission: "storage.buckets.list", field: "items" },
      // Access lists are in the full projection; without the permission for policies it leaves them out.
      (project) => path`/storage/v1/b?project=${project}&projection=full&maxResults=1000`,
    );
    const all = listed(target, [BUCKET], parts, (raw) => {
      const name = text(raw["name"]);
      if (name === null) throw new TypeError("a bucket without name");
      const region = locationName(raw);
      const id = `//storage.googleapis.com/${name}`;
      return { kind: BUCKET, id, name, region, tags: labelsOf(raw["labels"]) };
    });
    yield* observeInventory(all, target, context);
    const maps = {
      location: toLocation,
      encryption: toEncryption,
      redundancy: toRedundancy,
      versioning: toVersioning,
      immutability: toImmutability,
      retention: toRetention,
    };
    yield* observeListed(all, maps, wanted, context);
    const policyOf = oncePer((name) =>
      askOne(api, {
        ...POLICY,
        path: path`/storage/v1/b/${name}/iam?optionsRequestedPolicyVersion=3`,
      }),
    );
    const foldersOf = ({ raw, subject }: Found) =>
      isPrevented(raw)
        ? null
        : listPartly(api, FOLDERS, path`/storage/v1/b/${subject.name}/managedFolders`).then(wholly);
    yield* tellListed(
      all,
      (one) => ({
        exposure: async () => {
          const [policy, folders] = await Promise.all([policyOf(one.subject.name), foldersOf(one)]);
          const count = () => (folders === null ? 0 : answerOf(folders).length);
          return { from: policy, map: () => toExposure(one.raw, answerOf(policy), count()) };
        },
        accessPolicy: async () => {
          const policy = await policyOf(one.subject.name);
          return { from: policy, map: () => toAccessPolicy(one.raw, answerOf(policy)) };
        },
      }),
      wanted,
      context,
    );
  },
});
