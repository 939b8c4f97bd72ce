import control from "#controls/storage/encryption-at-rest.ts";
import type { Encryption, ObjectSample } from "#model/facets.ts";
import { defineCases } from "./cases.ts";

const design = "https://learn.microsoft.com/azure/storage/common/storage-service-encryption";
const aes = { algorithms: ["AES-256"] };

function encryption(fields: Partial<Encryption>): { encryption: Encryption } {
  return {
    encryption: {
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "setting",
      algorithmReference: null,
      keyManagement: "provider",
      caveat: null,
      ...fields,
    },
  };
}

function sampled(
  fields: Partial<ObjectSample>,
  setting: Partial<Encryption> = {},
): { encryption: Encryption } {
  const none = { unencrypted: 0, untold: 0, providerKeys: 0, customerKeys: 0, unknownKeys: 0 };
  const sample = { looked: 3, listed: 1000, more: true, ...none, why: null, ...fields };
  return encryption({ ...setting, sampled: sample });
}

export default defineCases(control, [
  {
    name: "encrypted as declared",
    expect: aes,
    facets: encryption({}),
    outcome: "pass",
    says: /^encrypted with AES-256, keys managed by the provider; declared: encrypted with AES-256$/,
  },
  {
    name: "AES-256 by published design is said to be so, never to be seen",
    expect: aes,
    facets: encryption({ algorithmSource: "published-design", algorithmReference: design }),
    outcome: "pass",
    says: new RegExp(`^(?!.*observed).*AES-256 by the platform's published design \\(${design}\\)`),
  },
  {
    name: "a published design without address is no source",
    expect: aes,
    facets: encryption({ algorithmSource: "published-design" }),
    outcome: "unknown",
    says: "nothing says how it is known that it is encrypted with AES-256",
  },
  {
    name: "a cipher without source",
    expect: aes,
    facets: encryption({ algorithmSource: null }),
    outcome: "unknown",
    says: "nothing says how it is known",
  },
  {
    name: "other spellings and modes of the declared cipher",
    expect: aes,
    facets: encryption({ algorithm: "xts-aes256" }),
    outcome: "pass",
    says: "encrypted with xts-aes256",
  },
  {
    name: "another cipher",
    expect: aes,
    facets: encryption({ algorithm: "AES-128" }),
    outcome: "fail",
    says: "is encrypted with AES-128; declared: encrypted with AES-256",
  },
  {
    name: "one of several declared ciphers",
    expect: { algorithms: ["AES-256", "ChaCha20"] },
    facets: encryption({ algorithm: "ChaCha20-Poly1305" }),
    outcome: "pass",
    says: "declared: encrypted with AES-256 or ChaCha20",
  },
  {
    name: "nothing states the cipher",
    expect: aes,
    facets: encryption({ algorithm: null, algorithmSource: null }),
    outcome: "unknown",
    says: "nothing states with which cipher",
  },
  {
    name: "no cipher was promised",
    expect: {},
    facets: encryption({ algorithm: null, algorithmSource: null }),
    outcome: "pass",
    says: "encrypted, keys managed by the provider; declared: encrypted",
  },
  {
    name: "not encrypted",
    expect: {},
    facets: encryption({ enabled: false, algorithm: null, algorithmSource: null }),
    outcome: "fail",
    says: "is not encrypted",
  },
  {
    name: "the provider does not say",
    expect: aes,
    facets: encryption({ enabled: null, algorithm: null, algorithmSource: null }),
    outcome: "unknown",
    says: "the provider does not say whether it is encrypted; declared",
  },
  {
    name: "the customer's keys were promised and are there",
    expect: { keyManagement: "customer" },
    facets: encryption({ keyManagement: "customer" }),
    outcome: "pass",
    says: "keys managed by the customer",
  },
  {
    name: "the customer's keys were promised and are not there",
    expect: { keyManagement: "customer" },
    facets: encryption({}),
    outcome: "fail",
    says: "its keys are managed by the provider",
  },
  {
    name: "the customer's keys were promised and nothing is said of them",
    expect: { keyManagement: "customer" },
    facets: encryption({ keyManagement: null }),
    outcome: "unknown",
    says: "does not say who manages the keys",
  },
  {
    name: "why nothing is said of the keys is said",
    expect: { keyManagement: "customer" },
    facets: encryption({ keyManagement: null, caveat: "permission kms:ListAliases" }),
    outcome: "unknown",
    says: "does not say who manages the keys (permission kms:ListAliases)",
  },
  {
    name: "what the reading cannot show is said",
    expect: {},
    facets: encryption({ caveat: "objects older than 2023-01-05 were not looked at" }),
    outcome: "pass",
    says: "; objects older than 2023-01-05 were not looked at; declared",
  },
  {
    name: "sampled objects that keep the promise are counted beside the setting",
    expect: aes,
    facets: sampled({ providerKeys: 3 }),
    outcome: "pass",
    says: "keys managed by the provider; 3 of 3 sampled objects (the oldest of the first 1000 by name) are encrypted; declared",
  },
  {
    name: "an object without encryption beats the setting",
    expect: {},
    facets: sampled({ unencrypted: 1, providerKeys: 2 }),
    outcome: "fail",
    says: "1 of 3 sampled objects (the oldest of the first 1000 by name) is not encrypted; declared",
  },
  {
    name: "sampled objects prove nothing where the setting says nothing",
    expect: {},
    facets: sampled({ providerKeys: 3 }, { enabled: null, algorithm: null }),
    outcome: "unknown",
    says: "the provider does not say whether it is encrypted",
  },
  {
    name: "sampled objects prove nothing against the setting",
    expect: {},
    facets: sampled({ providerKeys: 3 }, { enabled: false, algorithm: null }),
    outcome: "fail",
    says: /^is not encrypted; declared/,
  },
  {
    name: "an object without encryption, where the setting says nothing",
    expect: {},
    facets: sampled({ unencrypted: 3 }, { enabled: null, algorithm: null }),
    outcome: "fail",
    says: "3 of 3 sampled objects (the oldest of the first 1000 by name) are not encrypted",
  },
  {
    name: "an object that does not tell",
    expect: {},
    facets: sampled({ looked: 1, listed: 1, more: false, untold: 1, why: "“rot13”" }),
    outcome: "unknown",
    says: "1 of 1 sampled object (the oldest of 1) is encrypted nobody knows how (“rot13”)",
  },
  {
    name: "an object with the provider's key, where the customer's were promised",
    expect: { keyManagement: "customer" },
    facets: sampled({ customerKeys: 2, providerKeys: 1 }, { keyManagement: "customer" }),
    outcome: "fail",
    says: "1 of 3 sampled objects (the oldest of the first 1000 by name) is encrypted with keys that the provider manages",
  },
  {
    name: "an object whose key nobody knows, where the customer's were promised",
    expect: { keyManagement: "customer" },
    facets: sampled(
      { customerKeys: 2, unknownKeys: 1, why: "kms:ListAliases" },
      { keyManagement: "customer" },
    ),
    outcome: "unknown",
    says: "with a key of which it is not known who manages it (kms:ListAliases)",
  },
  {
    name: "whose keys they are is of no matter where nothing was promised of them",
    expect: aes,
    facets: sampled({ customerKeys: 1, providerKeys: 1, unknownKeys: 1 }),
    outcome: "pass",
    says: "3 of 3 sampled objects",
  },
  {
    name: "a bucket that is empty",
    expect: aes,
    facets: sampled({ looked: 0, listed: 0, more: false }),
    outcome: "pass",
    says: "there was no object to sample",
  },
]);
