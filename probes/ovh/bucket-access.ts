import { fields, text, type Fields } from "#probes/common/json.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import { askOptional } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import type { Found } from "#probes/rest/listing.ts";
import { toAccessPolicy, type ProjectUser } from "./bucket-access-facets.ts";
import { idOf } from "./pages.ts";
import type { OvhSession } from "./session.ts";

const USER = "publicCloudProject:apiovh:user/get";
const POLICY = "publicCloudProject:apiovh:user/policy/get";
export const ACCESS_ACTIONS = [USER, POLICY];

/** How it is told who may reach a bucket: each user of its project has a policy of its own. */
export function accessTelling(session: OvhSession) {
  const users = oncePer(async (project: string) => {
    const listing = await session.whole({
      operation: "GET /cloud/project/{serviceName}/user",
      permission: USER,
      path: path`/v1/cloud/project/${project}/user`,
    });
    const entries = listing.ok ? listing.value.map(fields) : [];
    const policies = await Promise.all(
      entries.map(({ id }) =>
        askOptional(session.asking, {
          operation: "GET /cloud/project/{serviceName}/user/{userId}/policy",
          permission: POLICY,
          path: path`/v1/cloud/project/${project}/user/${safeId(id)}/policy`,
        }),
      ),
    );
    return { listing, entries, policies };
  });
  return (found: Found, bucket: () => Promise<Known<Fields>>) => async () => {
    const [project = ""] = found.place.split(" ");
    const { listing, entries, policies } = await users(project);
    const own = await bucket();
    return {
      from: listing,
      map: () => {
        answerOf(listing);
        const all = entries.map((raw, at): ProjectUser => ({
          id: safeId(raw["id"]),
          name: text(raw["username"]),
          policy: policies[at] === undefined ? null : answerOf(policies[at]),
        }));
        return toAccessPolicy(found.subject.name, answerOf(own), all);
      },
    };
  };
}

function safeId(id: unknown): string {
  try {
    return idOf(id);
  } catch {
    return "?";
  }
}
