import { answerOf, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { below, listArm } from "./asks.ts";
import * as cdn from "./cdn-facets.ts";
import type { PolicyReader } from "./firewall-policies.ts";
import * as classic from "./front-door-classic-facets.ts";
import * as frontDoor from "./front-door-facets.ts";
import type { Found } from "./listing.ts";
import type { AzureSession } from "./session.ts";

export const CLASSIC = "Microsoft.Network/frontDoors";
/** API version of what lies below a profile, and of the profile. */
export const VERSION = "2024-02-01";

/** How the facets of a profile are read: by what lies below it, which its generation decides. */
export function telling(one: Found, reader: PolicyReader, session: AzureSession): Telling {
  if (one.subject.kind.toLowerCase() === CLASSIC.toLowerCase()) return ofClassic(one.raw, reader);
  const sku = text(fields(one.raw["sku"])["name"]);
  return sku?.toLowerCase().endsWith("_azurefrontdoor") === true
    ? ofFrontDoor(one, reader, session)
    : ofCdn(one, sku, reader, session);
}

function ofClassic(raw: Fields, reader: PolicyReader): Telling {
  return {
    transport: () => Promise.resolve({ from: null, map: () => classic.toTransport(raw) }),
    webFirewall: async () => {
      const policies = await reader.ask(classic.policyIds(raw));
      return { from: null, map: () => classic.toWebFirewall(raw, policies) };
    },
  };
}

function ofFrontDoor(one: Found, reader: PolicyReader, session: AzureSession): Telling {
  const listing = lister(one, session);
  const asked = once(async () => {
    const [domains, endpoints] = await Promise.all([
      listing("customDomains"),
      listing("afdEndpoints"),
    ]);
    const found = endpoints.ok ? endpoints.value : [];
    const routes = await Promise.all(
      found.map((raw) => listing("routes", { part: "afdEndpoints", raw })),
    );
    return {
      from: domains,
      whole: () => ({
        domains: answerOf(domains),
        endpoints: answerOf(endpoints).map((raw, at) => ({ raw, routes: answerAt(routes, at) })),
      }),
    };
  });
  return {
    transport: async () => {
      const { from, whole } = await asked();
      return { from, map: () => frontDoor.toTransport(whole()) };
    },
    webFirewall: async () => {
      const { whole } = await asked();
      const security = await listing("securityPolicies");
      const policies = await reader.ask(security.ok ? frontDoor.policyIds(security.value) : []);
      return {
        from: security,
        map: () => frontDoor.toWebFirewall(whole(), answerOf(security), policies),
      };
    },
  };
}

function answerAt(answers: readonly Known<readonly Fields[]>[], at: number): readonly Fields[] {
  const known = answers[at];
  if (known === undefined) throw new TypeError("an endpoint that was not looked into");
  return answerOf(known);
}

function ofCdn(
  one: Found,
  sku: string | null,
  reader: PolicyReader,
  session: AzureSession,
): Telling {
  const listing = lister(one, session);
  const asked = once(() => listing("endpoints"));
  return {
    transport: async () => {
      const endpoints = await asked();
      const found = endpoints.ok ? endpoints.value : [];
      const domains = await Promise.all(
        found.map((raw) => listing("customDomains", { part: "endpoints", raw })),
      );
      const whole = () =>
        answerOf(endpoints).map((raw, at) => ({ raw, domains: answerAt(domains, at) }));
      return { from: endpoints, map: () => cdn.toTransport(whole(), sku) };
    },
    webFirewall: async () => {
      const endpoints = await asked();
      const found = (endpoints.ok ? endpoints.value : []).map((raw) => ({ raw, domains: [] }));
      const policies = await reader.ask(cdn.policyIds(found));
      return {
        from: endpoints,
        map: () => {
          answerOf(endpoints);
          return cdn.toWebFirewall(found, policies);
        },
      };
    },
  };
}

/** Lists what lies below a profile, or below a part of it by that part's name. */
function lister({ subject, subscription: under }: Found, session: AzureSession) {
  return async (
    rest: string,
    inside?: { readonly part: string; readonly raw: Fields },
  ): Promise<Known<readonly Fields[]>> => {
    const name = text(inside?.raw["name"]) ?? "";
    const id = inside === undefined ? subject.id : `${subject.id}/${inside.part}/${name}`;
    return listArm(session, { under, path: below(id, rest), apiVersion: VERSION });
  };
}

/** Two facets rest on the same answers, which are asked for once. */
function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | null = null;
  return () => (asked ??= ask());
}
