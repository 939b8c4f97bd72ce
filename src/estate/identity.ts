import type { TargetOf } from "#model/estate.ts";
import { OIDC_KIND, SAML_KIND, type Subject } from "#model/subject.ts";

/** The subjects that stand for the identity endpoints of a target: named by their declared addresses, wherever `connect` leads. */
export function identitySubjects(target: TargetOf<"endpoint">): readonly Subject[] {
  const { oidc, saml } = target.identity ?? {};
  const declared = [
    [OIDC_KIND, oidc],
    [SAML_KIND, saml],
  ] as const;
  return declared.flatMap(([kind, address]) =>
    address === undefined
      ? []
      : [
          {
            target: target.id,
            provider: "endpoint",
            kind,
            id: address,
            name: address,
            region: null,
            tags: {},
          },
        ],
  );
}
