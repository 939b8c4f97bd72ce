import type { Redactor } from "#gather/redact.ts";

/** For tests of what comes out before the scan's own redaction. */
export const NO_REDACTION: Redactor = {
  text: (text) => text,
  value: (value) => value,
  kept: (value) => value,
  subject: (subject) => subject,
  learn: () => {},
};
