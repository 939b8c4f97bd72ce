import { defineProbe } from "#model/probe.ts";
import type { SshKeys } from "#model/security-facets.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { parseSshPublicKey } from "#probes/common/ssh-public-key.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, observeListed } from "#probes/rest/listing.ts";
import { listDetailed } from "./details.ts";
import {
  byName,
  actionOf,
  merged,
  partsOf,
  projectSubject,
  type ProjectList,
} from "./project-lists.ts";
import { listByCursor, openSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const KIND = "ovh/ssh-key";
const ACCOUNT = "account:apiovh:me/sshKey/get";
const FIRST: ProjectList = { kind: KIND, rest: "sshkey" };
const SECOND = "publicCloudProject:apiovh:sshKey/get";
const READ = {
  permissions: ["publicCloudProject:apiovh:get", ACCOUNT, actionOf(FIRST), SECOND],
};

/** Public keys that are put on servers: the account's, and those of each project in both versions of the interface. */
export default defineProbe({
  id: "ovh-ssh-keys",
  title: "OVHcloud SSH keys",
  provider: "ovh",
  kinds: [KIND],
  provides: { inventory: READ, sshKeys: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const names = await session.whole({
      operation: "GET /me/sshKey",
      permission: ACCOUNT,
      path: "/v1/me/sshKey",
    });
    const own = await listDetailed(session, KIND, [{ place: "", known: names }], {
      one: (id) => ({
        operation: "GET /me/sshKey/{keyName}",
        permission: ACCOUNT,
        path: path`/v1/me/sshKey/${id}`,
      }),
      subjectOf: (id) => ({ id: `me/${id}`, name: id, region: null, tags: {} }),
    });
    const second = await listByCursor(session, {
      operation: "GET /v2/publicCloud/project/{projectId}/sshKey",
      permission: SECOND,
      path: (project) => path`/v2/publicCloud/project/${project}/sshKey`,
    });
    const projects = listed(
      target,
      [KIND],
      [...(await partsOf(session, FIRST)), ...second.map(byName)],
      (raw, place) => projectSubject(KIND, raw, place),
    );
    yield* observeInventory({ ...merged([own, projects]), kinds: [KIND] }, target, context);
    yield* tellDetailed(own, wanted, context, ({ id, detail }) => ({
      sshKeys: async () => ({
        from: detail,
        map: () => toSshKeys({ name: id, publicKey: answerOf(detail)["key"] }),
      }),
    }));
    yield* observeListed(projects, { sshKeys: toSshKeys }, wanted, context);
  },
});

/** No interface tells a key's size: the key itself does. @throws where there is none */
export function toSshKeys({ name, publicKey }: Fields): SshKeys {
  const line = text(publicKey);
  if (line === null) throw new TypeError("a key without its public half");
  return { keys: [{ name: text(name)?.slice(0, 120) ?? "key", ...parseSshPublicKey(line) }] };
}
