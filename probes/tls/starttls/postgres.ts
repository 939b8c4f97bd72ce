import { broken, byteTalk, notSpoken, type Preamble, type Step } from "./talk.ts";

/** SSLRequest: its length and the code 1234, 5679 (PostgreSQL, "Message Formats"). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * PostgreSQL (its manual, "SSL Session Encryption"): one byte tells. The text of an error before TLS may be an attacker's
 * (CVE-2024-10977), and is not shown.
 */
export function postgres(): Preamble {
  return byteTalk(SSL_REQUEST, (bytes) => ({ step: answer(bytes), used: 1 }));
}

function answer(bytes: Buffer): Step {
  const [first] = bytes.toString("latin1", 0, 1);
  if (first === "S") return { ready: true };
  if (first === "N")
    return { refused: "refuses SSLRequest: it has no TLS, or not for this client" };
  if (first === "E") {
    return broken("answers SSLRequest with an error: it is out of resources, or older than TLS");
  }
  return notSpoken("PostgreSQL", bytes.toString("latin1"));
}
