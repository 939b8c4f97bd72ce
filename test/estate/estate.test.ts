import { AWS_SERVICES } from "#model/aws-services.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { targetSchema } from "#model/estate.ts";
import { readEstate } from "#estate/estate.ts";
import { complaints, temporaryFolder } from "../configuration/support.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const estate = (target: string) => folder.write("estate.yaml", `version: 1\ntargets:\n${target}`);
const found = (target: string) => complaints(() => readEstate(estate(target)));
const upcloud = (lines: string) => `  - id: up\n    provider: upcloud\n${lines}`;
const gcp = (lines: string) => `  - id: g\n    provider: gcp\n    projects: [p]\n${lines}`;
const scaleway = (lines: string) => `  - id: scw\n    provider: scaleway\n${lines}`;
const ovh = (lines: string) => `  - id: o\n    provider: ovh\n${lines}`;
const azure = (lines: string) =>
  `  - id: az\n    provider: azure\n    tenant: t\n    subscriptions: [66666666-7777-8888-9999-000000000000]\n${lines}`;
const endpoint = (lines: string) => `  - id: web\n    provider: endpoint\n${lines}`;
const aws = (lines: string) =>
  `  - id: aws\n    provider: aws\n    account: "012345678901"\n    regions: [eu-west-3]\n${lines}`;

describe("what is read", () => {
  test("the example, with the defaults", () => {
    const file = fileURLToPath(new URL("../../config/estates/example.yaml", import.meta.url));
    const { value } = readEstate(file);
    expect(value.targets.map(({ id, provider }) => [id, provider])).toEqual([
      ["aws-production", "aws"],
      ["azure-production", "azure"],
      ["website", "endpoint"],
      ["api", "endpoint"],
      ["privacy-page", "endpoint"],
      ["login", "endpoint"],
      ["admin", "endpoint"],
      ["bastion", "endpoint"],
      ["database", "endpoint"],
    ]);
    expect(value.targets[1]).toMatchObject({ backups: [] });
  });

  test("paths are relative to the file and come out absolute", () => {
    const [target] = readEstate(
      estate(
        aws(
          "    caFile: ca/root.pem\n    credentials: { files: { accessKeyId: id, secretAccessKey: secrets/key, sessionToken: /run/token } }",
        ),
      ),
    ).value.targets;
    expect(target?.caFile).toBe(join(folder.path, "ca/root.pem"));
    expect(target?.credentials?.files).toEqual({
      accessKeyId: join(folder.path, "id"),
      secretAccessKey: join(folder.path, "secrets/key"),
      sessionToken: "/run/token",
    });
  });
});

describe("what is refused, and where", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "an unknown provider",
      "  - id: a\n    provider: awss",
      [
        '4:15: targets[0].provider: expected one of aws, azure, gcp, ovh, scaleway, upcloud, endpoint, got "awss"; did you mean aws?',
      ],
    ],
    [
      "no provider",
      "  - id: a",
      [
        "3:5: targets[0].provider is missing: expected one of aws, azure, gcp, ovh, scaleway, upcloud, endpoint",
      ],
    ],
    [
      "no targets",
      "  []",
      ["3:3: targets: expected a list of at least 1 entry, got an empty list"],
    ],
    [
      "an account without quotes",
      aws("").replaceAll('"', ""),
      ["5:14: targets[0].account: expected a text, got 12345678901; put it in quotes"],
    ],
    [
      "an account of other digits without quotes",
      aws("").replace('"012345678901"', "123456789012"),
      ["5:14: targets[0].account: expected a text, got 123456789012; put it in quotes"],
    ],
    [
      "a short account",
      aws("").replace("012345678901", "1234"),
      ['5:14: targets[0].account: expected the 12 digits of an AWS account id, got "1234"'],
    ],
    [
      "a misspelt key",
      aws("    credentails: {}"),
      ["7:5: targets[0].credentails: unknown key; did you mean credentials?"],
    ],
    [
      "a key of another provider",
      endpoint("    url: https://a.example\n    tenant: x"),
      [
        "6:5: targets[0].tenant: unknown key; known here: id, labels, caFile, limits, provider, url, identity, connect, dns, outside, protected, signIn, published",
      ],
    ],
    [
      "an address without a host",
      endpoint("    url: https://"),
      [
        '5:10: targets[0].url: expected an address such as https://www.example.com, tls://db.example.com:8443 or smtp://mail.example.com, got "https://"',
      ],
    ],
    [
      "a tls address without a host",
      endpoint('    url: "tls:"'),
      ['5:10: targets[0].url: expected an address with a host, got "tls:"'],
    ],
    [
      "a tls address with only a port",
      endpoint("    url: tls://:443"),
      [
        '5:10: targets[0].url: expected an address such as https://www.example.com, tls://db.example.com:8443 or smtp://mail.example.com, got "tls://:443"',
      ],
    ],
    [
      "a tls address with a host that is none",
      endpoint('    url: "tls://a%00b:1"'),
      ['5:10: targets[0].url: expected an address with a host, got "tls://a%00b:1"'],
    ],
    [
      "another protocol",
      endpoint("    url: gopher://a.example"),
      [
        '5:10: targets[0].url: expected an address such as https://www.example.com, tls://db.example.com:8443 or smtp://mail.example.com, got "gopher://a.example"',
      ],
    ],
    [
      "a service's address without a host",
      aws("    endpoints: { s3: 'x:y' }"),
      ['7:22: targets[0].endpoints.s3: expected an address with a host, got "x:y"'],
    ],
    [
      "a port that is none",
      endpoint("    url: https://a.example\n    connect: { host: 127.0.0.1, port: 70000 }"),
      ["6:39: targets[0].connect.port: expected at most 65535, got 70000"],
    ],
    [
      "an identity endpoint in clear text",
      endpoint("    url: https://a.example\n    identity: { oidc: http://a.example }"),
      ['6:23: targets[0].identity.oidc: expected an https:// address, got "http://a.example"'],
    ],
    [
      "an issuer with a query, metadata with one",
      endpoint(
        "    url: https://a.example\n    identity: { oidc: 'https://a.example?x=1', saml: 'https://a.example/saml?x=1' }",
      ),
      [
        '6:23: targets[0].identity.oidc: expected an https:// address without name, password, query or fragment, got "https://a.example?x=1"',
      ],
    ],
    [
      "an identity endpoint of nothing",
      endpoint("    url: https://a.example\n    identity: {}"),
      ["6:15: targets[0].identity: expected oidc, saml or both"],
    ],
    [
      "nothing that must not be reached",
      endpoint("    url: https://a.example\n    outside: { control: 443 }"),
      ["6:14: targets[0].outside: expected closed ports, restricted: true, or both"],
    ],
    [
      "a control port that must be closed",
      endpoint("    url: https://a.example\n    outside: { closed: [22, 443], control: 443 }"),
      [
        "6:44: targets[0].outside.control: expected a control port that is not declared closed, got 443",
      ],
    ],
    [
      "ranges as an own address",
      endpoint(
        "    url: https://a.example\n    outside: { restricted: true, seenAs: 192.0.2.0/24 }",
      ),
      ['6:42: targets[0].outside.seenAs: expected an IP address, got "192.0.2.0/24"'],
    ],
    [
      "two targets of one id",
      aws("") + aws(""),
      ['7:9: targets[1].id: "aws" is taken: the entry at line 3 has this id too'],
    ],
    [
      "two backup sets of one id",
      aws(
        "    backups:\n      - { id: x, bucket: a }\n      - { id: y, bucket: a }\n      - { id: x, bucket: b }",
      ),
      ['10:15: targets[0].backups[2].id: "x" is taken: the entry at line 8 has this id too'],
    ],
    [
      "the same backup set id in two targets is fine",
      aws("    backups: [{ id: x, bucket: a }]\n") +
        aws("    backups: [{ id: x, bucket: a }]").replace("id: aws", "id: b"),
      [],
    ],
    [
      "a variable that is no name",
      aws("    credentials: { env: { accessKeyId: $ID, secretAccessKey: KEY } }"),
      [
        '7:40: targets[0].credentials.env.accessKeyId: expected the name of an environment variable, got "$ID"',
      ],
    ],
    [
      "a credential twice",
      upcloud("    credentials: { env: { token: T }, files: { token: f } }"),
      ["5:48: targets[0].credentials.files.token: token is given under env too: keep one of them"],
    ],
    [
      "a label rule by labels",
      `${aws("")}labels:\n  - label: x\n    match: { labels: [y] }`,
      [
        "9:14: labels[0].match.labels: unknown key; known here: providers, targets, kinds, regions, ids, tags",
      ],
    ],
  ])("%s", (_, target, expected) => {
    expect(found(target)).toEqual(expected);
  });
});

const PAIR = (a: string, b: string) =>
  `expected both ${a} and ${b}, under env or files, or neither`;

describe("endpoints and credentials by provider", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "all that AWS has",
      aws(
        "    endpoints: { api: https://a.example, s3: https://b.example, s3control: https://c.example, sts: https://d.example }\n    credentials: { env: { accessKeyId: A, sessionToken: C }, files: { secretAccessKey: b } }",
      ),
      [],
    ],
    [
      "all that Azure has",
      azure(
        "    endpoints: { api: https://a.example, token: https://b.example }\n    credentials: { env: { clientId: A }, files: { clientSecret: b } }",
      ),
      [],
    ],
    [
      "a service account of OVHcloud, and its object storage",
      ovh(
        "    endpoints: { api: https://a.example, token: https://b.example, s3: https://c.example }\n    credentials: { env: { clientId: A, s3AccessKey: C }, files: { clientSecret: b, s3SecretKey: d } }",
      ),
      [],
    ],
    [
      "an application key of OVHcloud",
      ovh("    credentials: { env: { applicationKey: A, applicationSecret: B, consumerKey: C } }"),
      [],
    ],
    [
      "a part of an application key",
      ovh("    credentials: { env: { applicationKey: A, applicationSecret: B } }"),
      [
        "5:18: targets[0].credentials: expected applicationKey, applicationSecret and consumerKey, under env or files, or none of them",
      ],
    ],
    [
      "two ways of signing in to OVHcloud",
      ovh(
        "    credentials: { env: { clientId: A, clientSecret: B, applicationKey: A, applicationSecret: B, consumerKey: C } }",
      ),
      [
        "5:18: targets[0].credentials: expected a service account (clientId) or an application key, not both",
      ],
    ],
    [
      "half a pair of OVHcloud's object storage",
      ovh("    credentials: { env: { s3AccessKey: A } }"),
      [`5:18: targets[0].credentials: ${PAIR("s3AccessKey", "s3SecretKey")}`],
    ],
    [
      "a name that OVHcloud has not",
      ovh("    credentials: { env: { consumer: A } }"),
      ["5:27: targets[0].credentials.env.consumer: unknown key; did you mean consumerKey?"],
    ],
    [
      "a misspelt endpoint",
      aws("    endpoints: { apii: https://a.example }"),
      ["7:18: targets[0].endpoints.apii: unknown key; did you mean api?"],
    ],
    [
      "an endpoint of another provider",
      aws("    endpoints: { token: https://a.example }"),
      [
        `7:18: targets[0].endpoints.token: unknown key; known here: api, ${AWS_SERVICES.join(", ")}`,
      ],
    ],
    [
      "an endpoint that Azure does not have",
      azure("    endpoints: { s3: https://a.example }"),
      ["7:18: targets[0].endpoints.s3: unknown key; known here: api, token"],
    ],
    [
      "all that UpCloud has: a token",
      upcloud(
        "    endpoints: { api: https://a.example, s3: https://b.example }\n    credentials: { files: { token: a } }",
      ),
      [],
    ],
    [
      "or a name and its password",
      upcloud("    credentials: { env: { username: A }, files: { password: b } }"),
      [],
    ],
    [
      "half a pair of UpCloud",
      upcloud("    credentials: { env: { username: A } }"),
      [`5:18: targets[0].credentials: ${PAIR("username", "password")}`],
    ],
    [
      "keys of UpCloud's object storage beside its own",
      upcloud("    credentials: { env: { token: T, s3AccessKey: A }, files: { s3SecretKey: b } }"),
      [],
    ],
    [
      "half of them",
      upcloud("    credentials: { env: { token: T, s3AccessKey: A } }"),
      [`5:18: targets[0].credentials: ${PAIR("s3AccessKey", "s3SecretKey")}`],
    ],
    [
      "both ways at once",
      upcloud("    credentials: { env: { token: T, username: A, password: B } }"),
      [
        "5:18: targets[0].credentials: expected either token, or username and password: one of them would go unused",
      ],
    ],
    [
      "a misspelt key of UpCloud",
      upcloud("    credentials: { env: { tokens: A } }"),
      ["5:27: targets[0].credentials.env.tokens: unknown key; did you mean token?"],
    ],
    [
      "an endpoint that no provider has",
      upcloud("    endpoints: { apy: https://a.example }"),
      ["5:18: targets[0].endpoints.apy: unknown key; did you mean api?"],
    ],
    [
      "misspelt keys of AWS",
      aws("    credentials: { env: { accessKeyID: A }, files: { secretAccesKey: b } }"),
      [
        "7:27: targets[0].credentials.env.accessKeyID: unknown key; did you mean accessKeyId?",
        "7:54: targets[0].credentials.files.secretAccesKey: unknown key; did you mean secretAccessKey?",
      ],
    ],
    [
      "a misspelt key of Azure",
      azure("    credentials: { env: { clientID: A, clientSecret: B } }"),
      ["7:27: targets[0].credentials.env.clientID: unknown key; did you mean clientId?"],
    ],
    [
      "half a key of Scaleway",
      scaleway("    credentials: { env: { accessKey: A } }"),
      [
        "5:18: targets[0].credentials: expected accessKey to go with secretKey: the two halves of an API key",
      ],
    ],
    [
      "a misspelt key of Scaleway, and a project that is none",
      scaleway("    projects: [production]\n    credentials: { env: { secretkey: A } }"),
      [
        '5:16: targets[0].projects[0]: expected a UUID such as 00000000-0000-0000-0000-000000000000, got "production"',
        "6:27: targets[0].credentials.env.secretkey: unknown key; did you mean secretKey?",
      ],
    ],
    [
      "an id without its secret",
      aws("    credentials: { env: { accessKeyId: A } }"),
      [`7:18: targets[0].credentials: ${PAIR("accessKeyId", "secretAccessKey")}`],
    ],
    [
      "a secret without its id",
      aws("    credentials: { files: { secretAccessKey: a } }"),
      [`7:18: targets[0].credentials: ${PAIR("accessKeyId", "secretAccessKey")}`],
    ],
    [
      "a session token alone",
      aws("    credentials: { env: { sessionToken: A } }"),
      [
        "7:18: targets[0].credentials: expected sessionToken to go with accessKeyId and secretAccessKey",
      ],
    ],
    [
      "half a pair of Azure",
      azure("    credentials: { files: { clientSecret: a } }"),
      [`7:18: targets[0].credentials: ${PAIR("clientId", "clientSecret")}`],
    ],
    ...(["profile: p", "roleArn: arn:x", "externalIdFrom: E"].map((line) => [
      `${line} outside AWS`,
      azure(`    credentials: { ${line} }`),
      [`7:20: targets[0].credentials.${line.split(":")[0]}: unknown key; known here: env, files`],
    ]) satisfies [string, string, string[]][]),
    [
      "a profile of a provider that has none",
      gcp("    credentials: { profile: p }"),
      ["6:20: targets[0].credentials.profile: unknown key; known here: env, files"],
    ],
    [
      "an endpoint has neither",
      endpoint(
        "    url: https://a.example\n    endpoints: { api: https://b.example }\n    credentials: { env: { token: T } }",
      ),
      [
        "6:16: targets[0].endpoints: expected no endpoints: url and connect say where an endpoint is, got a mapping of api",
        "7:18: targets[0].credentials: expected no credentials: an endpoint is asked without any, got a mapping of env",
      ],
    ],
  ])("%s", (_, target, expected) => {
    expect(found(target)).toEqual(expected);
  });
});

describe("label rules", () => {
  test.each([
    [
      "{}",
      "9:12: labels[0].match: expected at least one of providers, targets, kinds, regions, ids, tags: without any, every subject would match",
    ],
    ["{ tags: {} }", "9:20: labels[0].match.tags: expected a tag at least"],
  ])("one that would match everything: %s", (match, message) => {
    expect(found(`${aws("")}labels:\n  - label: x\n    match: ${match}`)).toEqual([message]);
  });
});

const what = (form: string) =>
  `looks like ${form}, which does not belong in this file: name an environment variable (env) or a file (files) that holds it`;

describe("literal secrets", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "under a key that does not exist",
      aws("    secretAccessKey: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      [
        "7:5: targets[0].secretAccessKey: unknown key; known here: id, labels, caFile, limits, provider, endpoints, credentials, account, regions, organization, backups, sampleObjects",
        `7:22: targets[0].secretAccessKey: ${what("a secret")}`,
      ],
    ],
    [
      "in the place of a variable's name",
      aws(
        "    credentials: { env: { secretAccessKey: wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY, accessKeyId: ID } }",
      ),
      [`7:44: targets[0].credentials.env.secretAccessKey: ${what("a secret")}`],
    ],
    [
      "in the place of a file's name",
      upcloud("    credentials: { files: { token: 11111111-2222-3333-4444-555555555555 } }"),
      [`5:36: targets[0].credentials.files.token: ${what("a secret")}`],
    ],
    [
      "by its form, anywhere",
      aws("    labels: [AKIAIOSFODNN7EXAMPLE]"),
      [`7:14: targets[0].labels[0]: ${what("an AWS access key id")}`],
    ],
    [
      "in an address",
      endpoint("    url: https://user:hunter2wJal@a.example"),
      [`5:10: targets[0].url: ${what("a password in an address")}`],
    ],
    [
      "in an address's query",
      endpoint("    url: https://a.example/?X-Amz-Signature=wJal"),
      [`5:10: targets[0].url: ${what("a signed address")}`],
    ],
    [
      "as a key",
      endpoint("    url: https://a.example\n    AKIAIOSFODNN7EXAMPLE: x"),
      [`6:5: targets[0].(a secret, not shown): ${what("an AWS access key id")}`],
    ],
    [
      "in several lines",
      endpoint(
        "    url: https://a.example\n    caFile: |\n      -----BEGIN PRIVATE KEY-----\n      wJalr\n",
      ),
      [`6:13: targets[0].caFile: ${what("a private key")}`],
    ],
  ])("%s", (_, target, expected) => {
    const lines = found(target);
    expect(lines).toEqual(expected);
    expect(lines.join("\n")).not.toMatch(/wJal|AKIA|11111111|hunter2/);
  });

  test("references are no secrets", () => {
    expect(
      found(
        aws(
          "    credentials:\n      roleArn: arn:aws:iam::123456789012:role/Probity2026\n      env: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: PROD2_AWS_SECRET_ACCESS_KEY_V2 }\n      files: { sessionToken: /run/secrets/2026/aws-session-token.txt }",
        ),
      ),
    ).toEqual([]);
  });
});

describe("resolvers of an endpoint", () => {
  const reads = (text: string) =>
    targetSchema.safeParse({
      id: "www",
      provider: "endpoint",
      url: "https://a.example",
      dns: { resolvers: [text], mail: "a.example" },
    }).success;

  test.each(["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[::1]:5353"])(
    "%s is one",
    (text) => {
      expect(reads(text)).toBe(true);
    },
  );

  test.each([
    "",
    "dns.example",
    "dns.example:53",
    "192.0.2.53:0",
    "192.0.2.53:65536",
    "192.0.2.0/24",
    "192.0.2",
    "[192.0.2.53",
    "[2001:db8::/64]",
    "2001:db8::53:99999",
    "https://192.0.2.53",
  ])("%j is none", (text) => {
    expect(reads(text)).toBe(false);
  });
});
