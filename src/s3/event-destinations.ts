// The ARNs that notification configurations name: which service, whose, which name. Pure.

/** `sqs`: a queue; `sns` and `lambda`: a webhook, as a topic or as a function. */
export type EventService = "sqs" | "sns" | "lambda";

/** What stands for EventBridge where others have an ARN. */
export const eventBridgeTarget = "eventbridge";

export interface EventDestination {
  readonly service: EventService;
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

const shape =
  /^arn:aws[a-z-]*:(?:(sqs|sns)|(lambda)):([a-z0-9-]+):(\d{12}):(function:)?([A-Za-z0-9_-]{1,80})(?::[A-Za-z0-9$_-]+)?$/;

/** The parts of a destination's ARN; `undefined` when it is none. */
export function parseDestination(arn: string): EventDestination | undefined {
  const match = shape.exec(arn);
  if (match === null) return undefined;
  const [, plain, lambda, region = "", accountId = "", kind, name = ""] = match;
  if ((lambda === undefined) === (kind !== undefined)) return undefined;
  return { service: (plain ?? lambda) as EventService, region, accountId, name };
}

export const queueArn = (region: string, accountId: string, name: string): string =>
  `arn:aws:sqs:${region}:${accountId}:${name}`;

/** The two ARNs of a webhook. */
export function webhookArns(region: string, accountId: string, name: string) {
  return {
    topicArn: `arn:aws:sns:${region}:${accountId}:${name}`,
    functionArn: `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  };
}
