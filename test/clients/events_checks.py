"""Notification configurations as boto3 sends them: given back whole, refused as S3 refuses. The ARN of a
webhook is the argument; the server is named by the environment."""

import os
import sys

import boto3
from botocore.exceptions import ClientError

topic = sys.argv[1]
client = boto3.client("s3", endpoint_url=os.environ["CAIRN_ENDPOINT"])
bucket = "boto3-events"
client.create_bucket(Bucket=bucket)


def put(*topics, **more):
    client.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": list(topics), **more}
    )


def refused(code, *topics):
    try:
        put(*topics)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"not refused: {topics}")


def rule(prefix=None, suffix=None, events=("s3:ObjectCreated:*",), arn=topic, **more):
    rules = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    found = {"TopicArn": arn, "Events": list(events), **more}
    return {**found, "Filter": {"Key": {"FilterRules": rules}}} if rules else found


empty = client.get_bucket_notification_configuration(Bucket=bucket)
assert set(empty) == {"ResponseMetadata"}, empty

put(rule("a/", ".jpg", Id="one"), rule("b/", events=["s3:ObjectRemoved:Delete", "s3:ObjectTagging:*"]),
    EventBridgeConfiguration={})
kept = client.get_bucket_notification_configuration(Bucket=bucket)
assert kept["EventBridgeConfiguration"] == {}
assert [each["Events"] for each in kept["TopicConfigurations"]] == [
    ["s3:ObjectCreated:*"], ["s3:ObjectRemoved:Delete", "s3:ObjectTagging:*"]]
assert kept["TopicConfigurations"][0]["Id"] == "one" and kept["TopicConfigurations"][1]["Id"]

assert "not supported" in refused("InvalidArgument", rule(events=["s3:Everything:*"]))
assert "overlap" in refused("InvalidArgument", rule(), rule(events=["s3:ObjectCreated:Put"]))
assert "ambiguously" in refused("InvalidArgument", rule("a/"), rule("a/b/"))
assert "validate" in refused("InvalidArgument", rule(arn=topic + "-absent"))
assert client.get_bucket_notification_configuration(Bucket=bucket)["TopicConfigurations"] == kept["TopicConfigurations"]

put()
assert set(client.get_bucket_notification_configuration(Bucket=bucket)) == {"ResponseMetadata"}
print("done")
