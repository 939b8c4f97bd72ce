import { judgeServices, servicesExpectation } from "#controls/security-services.ts";
import { defineControl } from "#model/control.ts";

export default defineControl({
  id: "threat-detection",
  title: "Detection of threats",
  rationale:
    "Stolen keys and machines under foreign control show in the logs long before anybody reads them; a service that watches does.",
  severity: "high",
  judges: "subject",
  needs: ["threatDetection"],
  expectation: servicesExpectation,
  evaluate: ({ expect, facets }) =>
    judgeServices(facets.threatDetection, expect, "detection of threats"),
  remediation:
    "Switch the service on in every region that is used, best for the whole organisation so that new accounts and regions are watched from their first day.",
  references: [
    "https://docs.aws.amazon.com/guardduty/latest/ug/what-is-guardduty.html",
    "https://learn.microsoft.com/azure/defender-for-cloud/defender-for-cloud-introduction",
    "https://cloud.google.com/security-command-center/docs/concepts-event-threat-detection-overview",
  ],
});
