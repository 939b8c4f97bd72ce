import { z } from "#model/schema.ts";

const strings = z.array(z.string());
const text = z.string().nullable();
const flag = z.boolean().nullable();
const count = z.number().nullable();

const services = z.object({
  services: z.array(
    z.object({ name: z.string(), region: text, enabled: flag, covers: strings, omits: strings }),
  ),
});

/** The shape of the facets of `#model/security-facets.ts`. */
export const SECURITY_FACET_SCHEMAS = {
  ingress: z.object({
    allowed: z.array(
      z.object({
        protocol: z.string(),
        ports: z.tuple([z.number(), z.number()]).nullable(),
        ranges: strings,
        others: strings,
        unresolved: strings.exactOptional(),
        rule: z.string(),
      }),
    ),
    reachable: flag,
    detail: z.string(),
    firewall: flag.exactOptional(),
    idle: z.boolean().exactOptional(),
  }),
  webFirewall: z.object({
    inapplicable: z.string().exactOptional(),
    policy: text,
    unprotected: strings.exactOptional(),
    enabled: flag,
    mode: z.enum(["prevention", "detection"]).nullable(),
    managedRules: strings,
    countingRules: strings,
  }),
  ddosProtection: z.object({
    platform: z.object({ name: z.string(), reference: z.string() }).nullable(),
    advanced: flag,
    detail: z.string(),
  }),
  auditLogs: z.object({
    logs: z.array(
      z.object({
        name: z.string(),
        active: flag,
        regions: z.union([strings, z.literal("all")]),
        events: z.enum(["all", "writes", "reads", "none"]).nullable(),
        omits: strings,
        destination: text,
        integrity: flag,
        failure: text,
      }),
    ),
  }),
  threatDetection: services,
  vulnerabilityScanning: services,
  serviceMonitoring: z.object({
    alerts: z.array(z.object({ name: z.string(), enabled: flag, notifies: z.boolean() })),
    checks: z.array(z.object({ name: z.string(), enabled: flag })),
  }),
  passwordPolicy: z.object({
    set: z.boolean(),
    minimumLength: count,
    uppercase: flag,
    lowercase: flag,
    digits: flag,
    symbols: flag,
    maximumAgeDays: count,
    remembered: count,
  }),
  signIn: z.object({
    root: z.boolean(),
    password: flag,
    mfa: flag,
    activeKeys: count,
    caveat: text,
  }),
  privileges: z.object({
    writes: flag,
    administers: flag,
    through: strings,
    trusts: strings,
    service: z.boolean(),
    root: z.boolean(),
  }),
  sshKeys: z.object({
    keys: z.array(z.object({ name: z.string(), algorithm: text, bits: count })),
  }),
  link: z.object({
    kind: z.enum(["vpn", "dedicated", "private-network"]),
    encrypted: flag,
    tunnels: z.array(z.object({ name: z.string(), up: flag, since: text })),
    peer: text,
  }),
  retention: z.object({
    after: text,
    longest: z.string().exactOptional(),
    whole: flag,
    detail: z.string(),
  }),
  keyRotation: z.object({ enabled: flag, periodDays: count, detail: z.string() }),
};
