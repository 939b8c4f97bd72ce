import type { GetAccountAuthorizationDetailsResponse } from "@aws-sdk/client-iam";
import { defineProbe } from "#model/probe.ts";
import { classifyAws } from "./errors.ts";
import { IamDirectory, ROOT_NAME, type Principal } from "./iam-directory.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";
import { tagRecord } from "./tags.ts";
import { tokenAfter } from "./pages.ts";

const USER_KIND = "AWS::IAM::User";
const ROLE_KIND = "AWS::IAM::Role";
const PERMISSION = "iam:GetAccountAuthorizationDetails";

/** What the users and roles of an account may change, and who may take on a role. */
export default defineProbe({
  id: "aws-iam-privileges",
  title: "AWS IAM: rights of users and roles",
  provider: "aws",
  kinds: [USER_KIND, ROLE_KIND],
  provides: {
    inventory: { permissions: [PERMISSION] },
    privileges: { permissions: [PERMISSION] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listing = principals(new IamDirectory(session.account));
      yield* observeListed(listing, await listAll(listing, session), wanted, session);
    });
  },
});

/** Rights come from groups and policies that other pages may hold: they are told when all pages are in the directory. */
function principals(directory: IamDirectory) {
  return defineListing({
    kinds: [USER_KIND, ROLE_KIND],
    service: "iam",
    operation: "GetAccountAuthorizationDetails",
    permission: PERMISSION,
    reach: "account",
    page: (Marker) => async (client, options) => {
      const { GetAccountAuthorizationDetailsCommand } = await import("@aws-sdk/client-iam");
      return client.send(
        new GetAccountAuthorizationDetailsCommand({ Marker, MaxItems: 300 }),
        options,
      );
    },
    next: ({ IsTruncated, Marker }: GetAccountAuthorizationDetailsResponse) =>
      tokenAfter(IsTruncated, Marker),
    items: (page) => directory.add(page),
    subject: (principal: Principal) => {
      const { arn: id } = principal;
      if (principal.type === "root")
        return { id, name: ROOT_NAME, kind: USER_KIND, region: null, tags: {} };
      const name =
        principal.type === "user" ? principal.detail.UserName : principal.detail.RoleName;
      return {
        id,
        name: name ?? id,
        kind: principal.type === "user" ? USER_KIND : ROLE_KIND,
        region: null,
        tags: tagRecord(principal.detail.Tags),
      };
    },
    facets: { privileges: (principal) => directory.privileges(principal) },
  });
}
