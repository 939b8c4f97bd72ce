import { defineProbe } from "#model/probe.ts";
import { text } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne, type RestAsk } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, tellListed } from "#probes/rest/listing.ts";
import { askEach, askFactors } from "./account-asks.ts";
import { toAccountSignIn, toUserSignIn } from "./account-facets.ts";
import { listDetailed } from "./details.ts";
import { openSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const ACCOUNT = "ovh/account";
const USER = "ovh/user";
const ME = "account:apiovh:me/get";
const USERS = "account:apiovh:me/identity/user/get";
const KEYS = "account:apiovh:me/api/credential/get";

/** Schemas of OVHcloud list no action for it, nor for second factors. */
const LOGIN: RestAsk = {
  operation: "GET /auth/details",
  permission: "",
  path: "/v1/auth/details",
  reads: ["method"],
};

/** The account itself and its users: passwords, second factors, keys of applications. */
export default defineProbe({
  id: "ovh-account",
  title: "OVHcloud account and its users: passwords and second factors",
  provider: "ovh",
  kinds: [ACCOUNT, USER],
  provides: {
    inventory: { permissions: [ME, USERS] },
    signIn: { permissions: [ME, USERS, KEYS] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const { asking } = session;
    const me = await askOne(asking, {
      operation: "GET /me",
      permission: ME,
      path: "/v1/me",
      // The rest is who the customer is: name, address, day of birth.
      reads: ["nichandle"],
    });
    const known = me.ok ? { ...me, value: [me.value] } : me;
    const accounts = listed(target, [ACCOUNT], [{ place: "", known }], ({ nichandle }) => {
      const id = text(nichandle);
      if (id === null) throw new TypeError("an account without its name");
      return { kind: ACCOUNT, id, name: id, region: null, tags: null };
    });
    yield* observeInventory(accounts, target, context);
    const names = await session.whole({
      operation: "GET /me/identity/user",
      permission: USERS,
      path: "/v1/me/identity/user",
    });
    const users = await listDetailed(session, USER, [{ place: "", known: names }], {
      one: (id) => ({
        operation: "GET /me/identity/user/{user}",
        permission: USERS,
        path: path`/v1/me/identity/user/${id}`,
        reads: ["status", "type", "passwordLastUpdate"],
      }),
      subjectOf: (id) => ({ id, name: id, region: null, tags: null }),
    });
    yield* observeInventory(users, target, context);
    const ofAccount = () => ({
      signIn: async () => {
        const login = await askOne(asking, LOGIN);
        const factors = await askFactors(session);
        const keys = await askEach(session, {
          operation: "GET /me/api/credential",
          permission: KEYS,
          path: "/v1/me/api/credential?status=validated",
          one: (id) => path`/v1/me/api/credential/${id}`,
          reads: ["status", "expiration"],
        });
        return {
          from: factors,
          parts: [keys],
          map: () =>
            toAccountSignIn(
              answerOf(login),
              answerOf(factors),
              keys.ok ? keys.value : null,
              context.now(),
            ),
        };
      },
    });
    yield* tellListed(accounts, ofAccount, wanted, context);
    yield* tellDetailed(users, wanted, context, ({ detail }) => ({
      signIn: async () => ({ from: detail, map: () => toUserSignIn(answerOf(detail)) }),
    }));
  },
});
