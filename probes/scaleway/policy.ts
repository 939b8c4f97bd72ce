/** An IAM policy as `POST /iam/v1alpha1/policies` takes it: https://www.scaleway.com/en/developers/api/iam/#path-policies-create-a-new-policy */
export interface ScalewayPolicy {
  readonly name: string;
  readonly description: string;
  readonly rules: readonly {
    readonly permission_set_names: readonly string[];
    readonly project_ids: readonly string[];
  }[];
}

/** Stands where nobody said which project is meant. */
export const ANY_PROJECT = "00000000-0000-0000-0000-000000000000";

/** The least policy that gives these permission sets; all of them go by project. */
export function scalewayPolicy(sets: readonly string[]): ScalewayPolicy {
  return {
    name: "probity",
    description: "Reads the settings by which Probity judges a security statement.",
    rules: [{ permission_set_names: [...new Set(sets)].sort(), project_ids: [ANY_PROJECT] }],
  };
}
