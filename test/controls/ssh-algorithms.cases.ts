import control from "#controls/transport/ssh-algorithms.ts";
import type { SshService } from "#model/ssh-facets.ts";
import { defineCases } from "./cases.ts";

const offers = (fields: Partial<SshService> = {}): { sshService: SshService } => ({
  sshService: {
    software: "OpenSSH_10.0",
    protocol: "2.0",
    keyExchanges: ["mlkem768x25519-sha256", "curve25519-sha256"],
    hostKeys: ["rsa-sha2-512", "ssh-ed25519"],
    ciphers: ["chacha20-poly1305@openssh.com", "aes128-ctr"],
    macs: ["hmac-sha2-256-etm@openssh.com"],
    compressions: ["none"],
    strictKeyExchange: true,
    addresses: ["192.0.2.1"],
    unanswered: [],
    unproven: [],
    ...fields,
  },
});

/** Whatever is broken is told by name. */
const broken = (fields: Partial<SshService>, name: string) => ({
  name,
  expect: {},
  facets: offers(fields),
  outcome: "fail" as const,
  says: `broken algorithms: ${name}`,
});

export default defineCases(control, [
  {
    name: "modern",
    expect: { violates: "weak", postQuantum: "required" },
    facets: offers(),
    outcome: "pass",
    says: "nothing broken, nothing weak",
  },
  broken({ keyExchanges: ["diffie-hellman-group1-sha1"] }, "diffie-hellman-group1-sha1"),
  broken(
    { keyExchanges: ["diffie-hellman-group-exchange-sha1"] },
    "diffie-hellman-group-exchange-sha1",
  ),
  broken({ hostKeys: ["ssh-dss"] }, "ssh-dss"),
  broken({ ciphers: ["3des-cbc"] }, "3des-cbc"),
  broken({ ciphers: ["aes128-ctr", "arcfour256"] }, "arcfour256"),
  broken({ ciphers: ["none"] }, "none"),
  broken({ macs: ["hmac-md5-96-etm@openssh.com"] }, "hmac-md5-96-etm@openssh.com"),
  broken({ protocol: "1.99" }, "SSH 1"),
  {
    name: "weak ones are told and do not violate",
    expect: {},
    facets: offers({
      keyExchanges: ["diffie-hellman-group14-sha1"],
      hostKeys: ["ssh-rsa"],
      ciphers: ["aes256-cbc"],
      macs: ["umac-64@openssh.com", "hmac-sha1"],
    }),
    outcome: "pass",
    says: "weak: diffie-hellman-group14-sha1, ssh-rsa, aes256-cbc, umac-64@openssh.com, hmac-sha1",
  },
  {
    name: "weak ones violate where that is declared",
    expect: { violates: "weak" },
    facets: offers({ macs: ["hmac-sha1"] }),
    outcome: "fail",
    says: "weak ones: hmac-sha1",
  },
  {
    name: "Terrapin by ChaCha20",
    expect: { violates: "weak" },
    facets: offers({ strictKeyExchange: false }),
    outcome: "fail",
    says: "Terrapin (CVE-2023-48795)",
  },
  {
    name: "Terrapin by CBC with encrypt-then-MAC",
    expect: { violates: "weak" },
    facets: offers({ strictKeyExchange: false, ciphers: ["aes128-cbc"] }),
    outcome: "fail",
    says: "Terrapin",
  },
  {
    name: "no mode that Terrapin works on",
    expect: { violates: "weak" },
    facets: offers({ strictKeyExchange: false, ciphers: ["aes128-ctr"] }),
    outcome: "pass",
    says: "nothing weak",
  },
  {
    name: "no post-quantum key exchange",
    expect: { postQuantum: "required" },
    facets: offers({ keyExchanges: ["curve25519-sha256"] }),
    outcome: "fail",
    says: "no post-quantum key exchange",
  },
  {
    name: "an address that does not answer",
    expect: {},
    facets: offers({ unanswered: [{ address: "192.0.2.2", why: "no connection in time" }] }),
    outcome: "unknown",
    says: "what 192.0.2.2 offers is not known (no connection in time)",
  },
  {
    name: "a key that was not proven says nothing of the algorithms",
    expect: {},
    facets: offers({ unproven: [{ algorithm: "ssh-ed448", why: "no answer" }] }),
    outcome: "pass",
    says: "nothing weak",
  },
  {
    name: "no SSH",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "does not speak SSH",
  },
]);
