/** Facets of backups: what is set to happen, what exists, who may reach it. */

/** The rules that back a subject up, by whatever service; no rule means that nothing does. */
export interface Backups {
  readonly rules: readonly BackupRule[];
  /** Ids of subjects whose backup contains this one (the instance of a volume, the cluster of an instance). */
  readonly partOf: readonly string[];
}

/** One rule by which recovery points are made. */
export interface BackupRule {
  /** Plan and rule, or the service's own setting, in the provider's words. */
  readonly name: string;
  /** Longest time between two starts in seconds, over a year; 0 for a continuous backup; null where it cannot be told. */
  readonly longestInterval: number | null;
  /**
   * In a plan: whether subjects of kinds that can be are backed up continuously beside its schedule; the join with the
   * subjects turns it into an interval of 0. Left out: no.
   */
  readonly continuous?: boolean;
  /** What the rule itself allows between its moment and a completed recovery point, seconds. */
  readonly window: number;
  /**
   * Where recovery points are kept; the first is where they are made, the others hold copies. One place may stand here
   * several times: the first time for all points, then for a part of them (one a month) that is kept for longer.
   */
  readonly places: readonly BackupPlace[];
}
export interface BackupPlace {
  /** The provider's region name in lower case; null where it was not read. */
  readonly region: string | null;
  /** Id of the vault; null where the service keeps them itself. */
  readonly vault: string | null;
  /** How long recovery points are kept there, ISO 8601; null: until somebody deletes them. */
  readonly retention: string | null;
}

/** What a backup plan is set to do, and to which subjects; the join with the inventory gives `Backups`. */
export interface BackupPlan {
  readonly rules: readonly BackupRule[];
  readonly selections: readonly BackupSelection[];
}
/**
 * A subject is selected when its id is included or one of `anyTag` holds, all of `allTags` hold, its id is not excluded
 * and its kind is not left out. Upper and lower case differ.
 */
export interface BackupSelection {
  readonly name: string;
  /** Patterns of ids, `*` for any run of characters; `*` alone for everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** One of these is enough, whatever the id; none: tags do not select. */
  readonly anyTag: readonly TagCondition[];
  /** All of these must hold. */
  readonly allTags: readonly TagCondition[];
  /** Kinds that the service leaves out of this selection whatever else agrees; `*` for all. */
  readonly leftOut: readonly {
    readonly kind: string;
    /** False: it cannot be told, or only some subjects of the kind are left out. */
    readonly sure: boolean;
  }[];
  /**
   * Kinds of which some that are part of what is selected are not backed up with it, without it being told which.
   * Left out: none.
   */
  readonly withoutParts?: readonly string[];
}
export interface TagCondition {
  readonly key: string;
  readonly operator: "equals" | "not-equals" | "like" | "not-like";
  readonly value: string;
}

/** One recovery point or snapshot that exists. */
export interface RecoveryPoint {
  /** Id of what it was made of; null where the provider does not say. */
  readonly of: string | null;
  /** Region of that, where it is a subject of the evidence too; filled in by the join, left out as read. */
  readonly ofRegion?: string | null;
  /** When it was taken. ISO 8601 UTC. */
  readonly at: string | null;
  /** Whether one can recover from it: completed, and neither partial nor expired. */
  readonly usable: boolean;
  /** When it is deleted by rule. ISO 8601 UTC; null: by no rule that it tells. */
  readonly deletedAt: string | null;
  /** What tells that, where another service does; filled in by the join, left out as read. */
  readonly deletionToldBy?: string;
  /** Why it is not known whether a rule deletes it; left out where nothing is missing. */
  readonly deletionUnread?: string;
  /** The provider's word for its state. */
  readonly state: string;
}

/** A test of recovery that is set up: what became of it. */
export interface RecoveryTest {
  /** ISO 8601 UTC; null: none ever. */
  readonly lastSuccess: string | null;
  readonly lastAttempt: string | null;
  /** What the last attempt came to, in the provider's words; null without one. */
  readonly lastOutcome: string | null;
  /** From when on every attempt is known. ISO 8601 UTC; null: all of them. */
  readonly since: string | null;
}

/** Who is let in by the subject's own access policy (a vault's, a bucket's). Identity policies may let in others. */
export interface AccessPolicy {
  readonly grants: readonly AccessGrant[];
  /** Ways that this reading does not show, in words; empty where there is none. */
  readonly unseen: readonly string[];
}
export interface AccessGrant {
  /** The provider's id of the principal, `*` for anyone. */
  readonly principal: string;
  /** Labels that the estate gives to the principal; filled in by the join, empty as read. */
  readonly labels: readonly string[];
  /** What it may do, in the provider's words. */
  readonly actions: readonly string[];
  /** Conditions that narrow the grant, in words; empty where none does. */
  readonly conditions: readonly string[];
}

/** Whether what is stored can be deleted before its time. */
export interface Immutability {
  /** `compliance`: by nobody at all; `governance`: by whoever has the right to; null: cannot be told. */
  readonly mode: "compliance" | "governance" | "none" | null;
  /** For how long at least, days; null: not said. */
  readonly minimumDays: number | null;
  /** The setting in the provider's words. */
  readonly detail: string;
}
