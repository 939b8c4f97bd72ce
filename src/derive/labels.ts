import type { Estate } from "#model/estate.ts";
import { BACKUP_SET_KIND, type Subject } from "#model/subject.ts";
import { selectorMatcher, type Membership } from "./scope.ts";

/**
 * Gives each subject its labels: its target's, those its declaration carries, and those of the estate's rules.
 * A rule that asks for a tag that was not read leaves its label unknown.
 */
export function labeller(estate: Estate): (subject: Subject) => ReadonlyMap<string, Membership> {
  const targets = new Map(estate.targets.map((target) => [target.id, target]));
  const rules = estate.labels.map((rule) => ({
    label: rule.label,
    matches: selectorMatcher(rule.match),
  }));
  const none = new Map<string, Membership>();
  return (subject) => {
    const target = targets.get(subject.target);
    const labels = new Map<string, Membership>();
    for (const label of target?.labels ?? []) labels.set(label, "yes");
    if (subject.kind === BACKUP_SET_KIND && target !== undefined && "backups" in target) {
      const set = target.backups.find((backup) => backup.id === subject.name);
      for (const label of set?.labels ?? []) labels.set(label, "yes");
    }
    for (const rule of rules) {
      const membership = rule.matches({ subject, labels: none });
      if (membership === "yes" || (membership === "unknown" && labels.get(rule.label) !== "yes")) {
        labels.set(rule.label, membership);
      }
    }
    return labels;
  };
}
