import type { SubjectRef } from "#model/report.ts";
import type { Subject } from "#model/subject.ts";

/** A subject as reports show it. */
export function subjectRef(subject: Subject): SubjectRef {
  const { target, provider, kind, id, name, region } = subject;
  return { target, provider, kind, id, name, region };
}
