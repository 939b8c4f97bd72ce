/** https://www.iana.org/assignments/tls-parameters/ (TLS Alerts) */
const NAMES: Readonly<Record<number, string>> = {
  0: "close_notify",
  10: "unexpected_message",
  20: "bad_record_mac",
  21: "decryption_failed",
  22: "record_overflow",
  40: "handshake_failure",
  42: "bad_certificate",
  43: "unsupported_certificate",
  47: "illegal_parameter",
  48: "unknown_ca",
  49: "access_denied",
  50: "decode_error",
  51: "decrypt_error",
  70: "protocol_version",
  71: "insufficient_security",
  80: "internal_error",
  86: "inappropriate_fallback",
  90: "user_canceled",
  100: "no_renegotiation",
  109: "missing_extension",
  110: "unsupported_extension",
  112: "unrecognized_name",
  115: "unknown_psk_identity",
  116: "certificate_required",
  120: "no_application_protocol",
};

export const ALERT = {
  closeNotify: 0,
  badRecordMac: 20,
  decryptionFailed: 21,
  accessDenied: 49,
  decryptError: 51,
  internalError: 80,
  userCanceled: 90,
  noRenegotiation: 100,
  unknownPskIdentity: 115,
  protocolVersion: 70,
  unrecognizedName: 112,
} as const;

/** `alert 40 (handshake_failure)`. */
export function alertWords(description: number): string {
  const name = NAMES[description];
  return name === undefined ? `alert ${description}` : `alert ${description} (${name})`;
}
