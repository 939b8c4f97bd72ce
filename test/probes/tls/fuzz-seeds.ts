/** What servers say, to be changed by fuzzing: recorded from real ones, and made by hand. */
import { buildClientHello, type HelloVersion } from "#probes/tls/client-hello.ts";
import { FULL, offer, suitesFor } from "#probes/tls/offers.ts";
import { keyPair, makeCertificate } from "../../support/certificates.ts";
import { serveTls } from "../../support/tls-node.ts";
import {
  alert,
  certificateMessage,
  curveExchange,
  helloRetry,
  message,
  primeExchange,
  record,
  serverHello as makeServerHello,
  ssl2Answer,
  u16,
  vector16,
} from "../../support/tls-peer.ts";
import {
  firstRecord,
  flightDone,
  recordFlight,
  recordHandshake,
} from "../../support/tls-recording.ts";

const ask = (version: HelloVersion, suites: readonly number[] = suitesFor(version)): Buffer =>
  buildClientHello({ ...offer(version, FULL, suites), serverName: "server.example" });

/** Flights of OpenSSL, with RSA and elliptic keys: of each version, with each kind of key exchange, and whole handshakes. */
export async function recordedFlights(): Promise<Buffer[]> {
  const flights: Buffer[] = [];
  for (const kind of ["rsa2048", "p256"] as const) {
    const leaf = makeCertificate({ subject: "server.example", keys: keyPair(kind) });
    const server = await serveTls({
      cert: leaf.pem,
      key: String(leaf.keys.privateKey.export({ type: "pkcs8", format: "pem" })),
      minVersion: "TLSv1",
      ciphers: "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
      dhparam: "auto",
      ecdhCurve: "X25519MLKEM768:X25519:P-256",
      ALPNProtocols: ["h2", "http/1.1"],
      requestCert: true,
      rejectUnauthorized: false,
    });
    for (const version of ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const) {
      flights.push(await recordFlight(server.port, ask(version), flightDone));
    }
    if (kind === "rsa2048") {
      for (const suite of [0x002f, 0xc014, 0x0039]) {
        flights.push(await recordFlight(server.port, ask("TLSv1.2", [suite]), flightDone));
      }
      flights.push(await recordFlight(server.port, ask("TLSv1.2", [0x1301]), firstRecord));
    }
    flights.push(await recordFlight(server.port, ask("TLSv1.3"), firstRecord));
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const client = { maxVersion, rejectUnauthorized: false, ALPNProtocols: ["h2"] } as const;
      flights.push(await recordHandshake(server.port, client));
    }
    await server.close();
  }
  return flights;
}

/** What the servers at hand do not say. */
export function handMade(): Buffer[] {
  const cookie = [44, vector16(Buffer.alloc(300, 1))] as const;
  const rest = [certificateMessage([Buffer.alloc(700, 0x30), Buffer.alloc(900, 0x30)])];
  const status = message(22, Buffer.concat([Buffer.from([1, 0, 0, 9]), Buffer.alloc(9, 0x30)]));
  const done = message(14, Buffer.alloc(0));
  return [
    record(22, helloRetry(0x1302, 0x11ec, [cookie])),
    record(22, makeServerHello(0x0304, 0x1303, 0x1d)),
    record(22, makeServerHello(0x0300, 0x0005), 0x0300),
    record(22, Buffer.concat([makeServerHello(0x0303, 0x9e), ...rest, primeExchange(4096), done])),
    record(
      22,
      Buffer.concat([makeServerHello(0x0303, 0xc02b), ...rest, status, curveExchange(23), done]),
    ),
    Buffer.concat([alert(112, 1), record(22, makeServerHello(0x0303, 0xc02f))]),
    alert(40),
    alert(70),
    ssl2Answer([0x010080, 0x0700c0], 700),
    Buffer.concat([u16(0x8003), Buffer.from([0, 0, 1])]),
    Buffer.from("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"),
    Buffer.from("SSH-2.0-OpenSSH_9.2\r\n"),
  ];
}
