import { notApplicable, settle } from "#controls/settle.ts";
import { postQuantumExchanges, sshWeaknesses } from "#facts/ssh-algorithms.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    violates: z
      .enum(["broken", "weak"])
      .default("broken")
      .describe(
        "The tier from which on an algorithm violates. *Broken* ones protect nothing worth the name or are forbidden by their standard (RC4, 3DES, HMAC-MD5, groups of 1,024 bits, DSA, SSH 1); *weak* ones take great effort or a second flaw (CBC, SHA-1, Terrapin).",
      ),
    postQuantum: z
      .enum(["required", "optional"])
      .default("optional")
      .describe("Whether a post-quantum key exchange (sntrup761, mlkem768) must be offered."),
  });

export default defineControl({
  id: "ssh-algorithms",
  title: "Algorithms of SSH",
  rationale:
    "A server that still agrees to broken algorithms lets an attacker in between lead clients to them, or reads what old clients send.",
  severity: "high",
  judges: "subject",
  needs: ["sshService"],
  expectation,
  baseline: { violates: "broken", postQuantum: "optional" },
  evaluate: ({ expect, facets: { sshService } }) => {
    if (sshService === undefined) return notApplicable("does not speak SSH");
    const weaknesses = sshWeaknesses(sshService);
    const having = (tier: "broken" | "weak") =>
      weaknesses.filter((one) => one.tier === tier).map(({ name }) => plain(name, 60));
    const [broken, weak] = [having("broken"), having("weak")];
    const safe = postQuantumExchanges(sshService);
    const failures = [
      ...(broken.length > 0 ? [`offers broken algorithms: ${listed(broken)}`] : []),
      ...(weak.length > 0 && expect.violates === "weak"
        ? [`offers weak ones: ${listed(weak)}`]
        : []),
      ...(safe.length === 0 && expect.postQuantum === "required"
        ? ["offers no post-quantum key exchange"]
        : []),
    ];
    return settle({
      failures,
      open: sshService.unanswered.map(
        ({ address, why }) => `what ${plain(address, 60)} offers is not known (${plain(why, 120)})`,
      ),
      held:
        weak.length > 0 ? `nothing broken; weak: ${listed(weak)}` : "nothing broken, nothing weak",
      declared: [
        expect.violates === "weak" ? "no weak or broken algorithm" : "no broken algorithm",
        ...(expect.postQuantum === "required" ? ["a post-quantum key exchange"] : []),
      ].join(", "),
      actual: { broken, weak, postQuantum: safe.map((name) => plain(name, 60)) },
    });
  },
  remediation:
    "Take the algorithms out of what the server offers.\nOpenSSH, in sshd_config: KexAlgorithms, HostKeyAlgorithms, Ciphers and MACs; a list that begins with `-` takes away (`Ciphers -3des-cbc`). `sshd -T` shows what holds. Against Terrapin update the server (OpenSSH 9.6 or a distribution's own fix).",
  references: [
    "https://www.rfc-editor.org/rfc/rfc9142",
    "https://www.rfc-editor.org/rfc/rfc8758",
    "https://terrapin-attack.com/",
    "https://www.openssh.com/pq.html",
  ],
});
