import { expect, test } from "vitest";
import { endpointAddress, endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import { targetSchema, type TargetOf } from "#model/estate.ts";

function endpoint(url: string, connect?: object): TargetOf<"endpoint"> {
  const target = targetSchema.parse({ id: "web", provider: "endpoint", url, connect });
  if (target.provider !== "endpoint") throw new Error("not an endpoint");
  return target;
}

test.each([
  ["https://WWW.Example.com/app", "endpoint", "www.example.com:443", 443, 80],
  ["https://www.example.com:8443", "endpoint", "www.example.com:8443", 8443, 80],
  ["http://www.example.com:8080", "endpoint", "www.example.com:443", 443, 8080],
  ["http://www.example.com", "endpoint", "www.example.com:443", 443, 80],
  ["tls://DB.example.com:5432", "tls-endpoint", "db.example.com:5432", 5432, 80],
  ["TLS://db.example.com", "tls-endpoint", "db.example.com:443", 443, 80],
  ["smtps://mail.example.com", "tls-endpoint", "mail.example.com:465", 465, 80],
  ["ssh://Bastion.example.com", "ssh-endpoint", "bastion.example.com:22", 22, 80],
  ["ssh://bastion.example.com:443", "ssh-endpoint", "bastion.example.com:443", 443, 80],
  ["https://[2001:db8::1]:444", "endpoint", "[2001:db8::1]:444", 444, 80],
  ["https://bücher.example", "endpoint", "xn--bcher-kva.example:443", 443, 80],
])("%s", (url, kind, id, port, httpPort) => {
  expect(endpointSubject(endpoint(url))).toMatchObject({ kind, id, name: id, tags: {} });
  const host = id.slice(0, id.lastIndexOf(":")).replaceAll(/[[\]]/g, "");
  expect(endpointAddress(endpoint(url))).toEqual({
    host,
    port,
    httpPort,
    serverName: host,
    startTls: null,
  });
  expect(endpointPlace(endpoint(url))).toBe(id);
});

test.each([
  ["smtp://mail.example.com", "mail.example.com:25", "smtp"],
  ["smtp://mail.example.com:587", "mail.example.com:587", "smtp"],
  ["POSTGRES://DB.example.com", "db.example.com:5432", "postgres"],
  // The ports that URL hides, for they are the web's.
  ["imap://mail.example.com:443", "mail.example.com:443", "imap"],
  ["xmpp-server://chat.example.com:80", "chat.example.com:80", "xmpp-server"],
  ["ldap://[2001:db8::1]", "[2001:db8::1]:389", "ldap"],
])("%s begins TLS by a command", (url, id, startTls) => {
  const target = endpoint(url);
  expect(endpointSubject(target)).toMatchObject({ kind: "tls-endpoint", id });
  const [host, port] = [id.slice(0, id.lastIndexOf(":")), Number(id.split(":").at(-1))];
  expect(endpointAddress(target)).toMatchObject({
    host: host.replaceAll(/[[\]]/g, ""),
    port,
    startTls,
  });
  expect(endpointAddress(endpoint(url, { host: "127.0.0.1", port: 1 }))).toMatchObject({
    port: 1,
    startTls,
  });
});

test("connect leads elsewhere, but changes neither the name nor the subject", () => {
  const target = endpoint("https://www.example.com", { host: "127.0.0.1", port: 1, httpPort: 2 });
  expect(endpointAddress(target)).toEqual({
    host: "127.0.0.1",
    port: 1,
    httpPort: 2,
    serverName: "www.example.com",
    startTls: null,
  });
  expect(endpointSubject(target).id).toBe("www.example.com:443");
  expect(endpointPlace(target)).toBe("www.example.com:443 (asked at 127.0.0.1, port 1)");
});
