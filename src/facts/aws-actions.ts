// What actions of AWS do, by their names. AWS gives each action an access level (List, Read, Write, Permissions
// management, Tagging): https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
// There are some 20,000 of them and new ones every week, so they are told by their verbs, which the levels follow:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html
// A verb that is not here counts as a change.

/** Verbs that begin no other word: the case of what follows does not matter. */
const READ_STEMS = ["get", "list", "describe"];

/** Verbs after which a new word begins, or a wildcard. */
const READ_VERBS = [
  "BatchCheck",
  "BatchDescribe",
  "BatchDetect",
  "BatchGet",
  "BatchIsAuthorized",
  "BatchList",
  "BatchRead",
  "Check",
  "Classify",
  "Compare",
  "Contains",
  "Count",
  "Detect",
  "Discover",
  "Download",
  "Estimate",
  "Evaluate",
  "Filter",
  "Is",
  "Lookup",
  "Preview",
  "Probe",
  "Query",
  "Read",
  "Recognize",
  "Resolve",
  "Retrieve",
  "Sample",
  "Scan",
  "Search",
  "Select",
  "Simulate",
  "Test",
  "Validate",
  "Verify",
  "View",
];

/** Patterns of actions that change nothing although their verbs say no such thing, lower case. */
const READ_ACTIONS = [
  "athena:batch*",
  "cloudwatch:generatequery*",
  "codecommit:gitpull",
  "codedeploy:batch*",
  "cognito-idp:adminget*",
  "cognito-idp:adminlist*",
  "config:deliver*",
  "devops-guru:startcostestimation",
  "dynamodb:partiqlselect",
  "elasticbeanstalk:requestenvironmentinfo",
  "elasticbeanstalk:request*",
  "elasticfilesystem:clientmount",
  "elasticfilesystem:replicationread",
  "es:eshttpget",
  "es:eshttphead",
  "iam:generate*",
  "internetmonitor:startquery",
  "internetmonitor:stopquery",
  "iotsitewise:executequery",
  "kms:decrypt",
  "logs:startlivetail",
  "logs:startquery",
  "logs:stoplivetail",
  "logs:stopquery",
  "polly:synthesizespeech",
  "sdb:domainmetadata",
  "servicequotas:startquotautilizationreport",
  "sqs:receivemessage",
  "sqs:receive*",
  "timestream:cancelquery",
  "wellarchitected:exportlens",
  "schemas:exportschema",
  "xray:starttraceretrieval",
  "translate:translate*",
  "xray:canceltraceretrieval",
];

/** Actions that hand out access to more than is read, although their verbs say otherwise, lower case. */
const NO_READS = [
  "license-manager:checkinlicense",
  "license-manager:checkoutborrowlicense",
  "license-manager:checkoutlicense",
  "lightsail:getinstanceaccessdetails",
  "redshift-serverless:getcredentials",
  "redshift:getclustercredentials",
  "redshift:getclustercredentialswithiam",
];

const READ_VERB = new RegExp(`^(?:${READ_VERBS.join("|")})(?![a-z])`);
const READ_VERB_LOWER_START = new RegExp(
  `^(?:${READ_VERBS.map((verb) => verb.charAt(0).toLowerCase() + verb.slice(1)).join("|")})(?![a-z])`,
);

/** Whether every action that a pattern of a policy stands for surely changes nothing. */
export function readsOnly(pattern: string): boolean {
  const colon = pattern.indexOf(":");
  if (colon < 1) return false;
  const folded = pattern.toLowerCase();
  if (NO_READS.some((action) => mayMean(folded, action))) return false;
  const name = pattern.slice(colon + 1);
  const lower = name.toLowerCase();
  if (READ_STEMS.some((stem) => lower.startsWith(stem))) return true;
  if (READ_VERB.test(name) || READ_VERB_LOWER_START.test(name)) return true;
  return READ_ACTIONS.some((known) =>
    known.endsWith("*") ? folded.startsWith(known.slice(0, -1)) : folded === known,
  );
}

/** Whether a pattern whose wildcards begin somewhere may stand for an action. */
function mayMean(pattern: string, action: string): boolean {
  const wild = pattern.search(/[*?]/);
  return wild < 0 ? pattern === action : action.startsWith(pattern.slice(0, wild));
}

/** Actions of wide use that change something: what a wildcard stands for is tried with them. */
export const SAMPLE_CHANGES: readonly string[] = [
  "apigateway:PATCH",
  "autoscaling:UpdateAutoScalingGroup",
  "backup:DeleteRecoveryPoint",
  "backup:StartRestoreJob",
  "cloudformation:UpdateStack",
  "cloudfront:UpdateDistribution",
  "cloudtrail:StopLogging",
  "cloudwatch:PutMetricAlarm",
  "codebuild:StartBuild",
  "dynamodb:DeleteTable",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:CreateTags",
  "ec2:DeleteSnapshot",
  "ec2:RunInstances",
  "ec2:StopInstances",
  "ec2:TerminateInstances",
  "ecr:PutImage",
  "ecs:UpdateService",
  "eks:UpdateClusterConfig",
  "elasticache:ModifyReplicationGroup",
  "elasticfilesystem:DeleteFileSystem",
  "elasticloadbalancing:ModifyListener",
  "es:UpdateDomainConfig",
  "events:PutRule",
  "firehose:PutRecord",
  "glue:UpdateJob",
  "guardduty:UpdateDetector",
  "iam:AttachRolePolicy",
  "iam:AttachUserPolicy",
  "iam:CreateAccessKey",
  "iam:CreatePolicyVersion",
  "iam:CreateUser",
  "iam:PassRole",
  "iam:PutRolePolicy",
  "iam:PutUserPolicy",
  "kinesis:PutRecord",
  "kms:Encrypt",
  "kms:ScheduleKeyDeletion",
  "lambda:InvokeFunction",
  "lambda:UpdateFunctionCode",
  "logs:DeleteLogGroup",
  "logs:PutLogEvents",
  "organizations:AttachPolicy",
  "rds:DeleteDBInstance",
  "rds:ModifyDBInstance",
  "redshift:ModifyCluster",
  "route53:ChangeResourceRecordSets",
  "s3:DeleteBucket",
  "s3:DeleteObject",
  "s3:PutBucketPolicy",
  "s3:PutObject",
  "secretsmanager:PutSecretValue",
  "ses:SendEmail",
  "sns:Publish",
  "sqs:DeleteMessage",
  "sqs:SendMessage",
  "ssm:PutParameter",
  "ssm:SendCommand",
  "ssm:StartSession",
  "states:StartExecution",
  "wafv2:UpdateWebACL",
];

/**
 * Actions by which somebody gives rights, to himself too, lower case: whoever may do one of them on everything may do
 * everything. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html
 */
export const RIGHTS_ACTIONS: ReadonlySet<string> = new Set([
  "iam:attachgrouppolicy",
  "iam:attachrolepolicy",
  "iam:attachuserpolicy",
  "iam:createpolicyversion",
  "iam:putgrouppolicy",
  "iam:putrolepolicy",
  "iam:putuserpolicy",
  "iam:setdefaultpolicyversion",
  "iam:updateassumerolepolicy",
]);

/** Actions by which somebody may come to more rights in some surroundings, lower case. */
export const PERHAPS_RIGHTS_ACTIONS: ReadonlySet<string> = new Set([
  "iam:addusertogroup",
  "iam:createaccesskey",
  "iam:createloginprofile",
  "iam:deleterolepermissionsboundary",
  "iam:deleteuserpermissionsboundary",
  "iam:passrole",
  "iam:updateloginprofile",
]);

/** Actions that reach nothing but the caller's own credentials, whatever resource is named, lower case. */
export const OWN_ACTIONS: ReadonlySet<string> = new Set([
  "iam:changepassword",
  "iam:createvirtualmfadevice",
]);

/** Actions that reach nothing but credentials, lower case: on one's own user they change nothing else. */
export const CREDENTIAL_ACTIONS: ReadonlySet<string> = new Set([
  "iam:createaccesskey",
  "iam:createloginprofile",
  "iam:createservicespecificcredential",
  "iam:deactivatemfadevice",
  "iam:deleteaccesskey",
  "iam:deleteloginprofile",
  "iam:deleteservicespecificcredential",
  "iam:deletesigningcertificate",
  "iam:deletesshpublickey",
  "iam:deletevirtualmfadevice",
  "iam:enablemfadevice",
  "iam:resetservicespecificcredential",
  "iam:resyncmfadevice",
  "iam:updateaccesskey",
  "iam:updateloginprofile",
  "iam:updateservicespecificcredential",
  "iam:updatesigningcertificate",
  "iam:updatesshpublickey",
  "iam:uploadsigningcertificate",
  "iam:uploadsshpublickey",
]);
