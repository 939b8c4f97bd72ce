/** Stands wherever a secret stood. What holds it is not what the provider said, so nothing may be decided by it. */
export const REDACTED = "[redacted]";
