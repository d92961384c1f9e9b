"""Access logs, metrics and analytics configurations as boto3 uses them; `observe.spec.mjs` runs it.

`configure ENDPOINT` sets everything up and makes requests; `parse ENDPOINT TARGET` reads the delivered
logs with the expression that AWS publishes for Athena. Stops at the first thing that is wrong.
"""

import json
import re
import sys

import boto3
from botocore.config import Config
from support.refusals import refused

config = Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path"})
s3 = boto3.client("s3", endpoint_url=sys.argv[2], config=config)
SOURCE, TARGET = "boto-logged", "boto-logs"

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
LINE = re.compile(
    r'([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) '
    r'([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ([^ ]*)'
    r"(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?.*$"
)


def let_logs_in():
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{TARGET}/*",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{SOURCE}"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=TARGET, Policy=policy)


def logging():
    enabled = {
        "TargetBucket": TARGET,
        "TargetPrefix": "logs/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    put = {"Bucket": SOURCE, "BucketLoggingStatus": {"LoggingEnabled": enabled}}
    refused("InvalidTargetBucketForLogging", 400, s3.put_bucket_logging, **put)
    let_logs_in()
    s3.put_bucket_logging(**put)
    assert s3.get_bucket_logging(Bucket=SOURCE)["LoggingEnabled"] == enabled


def metrics():
    named = {"Bucket": SOURCE, "Id": "docs"}
    filtered = {"And": {"Prefix": "docs/", "Tags": [{"Key": "a", "Value": "b"}]}}
    document = {"Id": "docs", "Filter": filtered}
    s3.put_bucket_metrics_configuration(**named, MetricsConfiguration=document)
    assert s3.get_bucket_metrics_configuration(**named)["MetricsConfiguration"] == document
    whole = {"Bucket": SOURCE, "Id": "EntireBucket"}
    s3.put_bucket_metrics_configuration(**whole, MetricsConfiguration={"Id": "EntireBucket"})
    listed = s3.list_bucket_metrics_configurations(Bucket=SOURCE)
    names = [one["Id"] for one in listed["MetricsConfigurationList"]]
    assert names == ["EntireBucket", "docs"] and not listed["IsTruncated"], listed
    for name in names:
        s3.delete_bucket_metrics_configuration(Bucket=SOURCE, Id=name)
    refused("NoSuchConfiguration", 404, s3.get_bucket_metrics_configuration, **named)


def analytics():
    destination = {"Format": "CSV", "Bucket": f"arn:aws:s3:::{TARGET}", "Prefix": "analysis/"}
    export = {"OutputSchemaVersion": "V_1", "Destination": {"S3BucketDestination": destination}}
    document = {"Id": "a", "StorageClassAnalysis": {"DataExport": export}}
    named = {"Bucket": SOURCE, "Id": "a"}
    s3.put_bucket_analytics_configuration(**named, AnalyticsConfiguration=document)
    assert s3.get_bucket_analytics_configuration(**named)["AnalyticsConfiguration"] == document
    s3.delete_bucket_analytics_configuration(**named)


def requests():
    s3.put_object(Bucket=SOURCE, Key="a key", Body=b"12345")
    s3.get_object(Bucket=SOURCE, Key="a key")["Body"].read()
    s3.copy_object(Bucket=SOURCE, Key="copy", CopySource={"Bucket": SOURCE, "Key": "a key"})
    refused("NoSuchKey", 404, s3.get_object, Bucket=SOURCE, Key="none")
    s3.delete_objects(Bucket=SOURCE, Delete={"Objects": [{"Key": "copy"}]})


def parse():
    found = []
    for one in s3.list_objects_v2(Bucket=TARGET, Prefix="logs/")["Contents"]:
        text = s3.get_object(Bucket=TARGET, Key=one["Key"])["Body"].read().decode()
        for line in text.splitlines():
            match = LINE.fullmatch(line)
            assert match, line
            found.append(match.groups())
    by_name = {}
    for fields in found:
        by_name.setdefault(fields[6], []).append(fields)
    put = by_name["REST.PUT.OBJECT"][0]
    assert (put[1], put[7], put[9], put[12]) == (SOURCE, "a%20key", "200", "5"), put
    assert put[20] == "AuthHeader" or "AuthHeader" in put, put
    statuses = sorted((fields[9], fields[10]) for fields in by_name["REST.GET.OBJECT"])
    assert statuses == [("200", "-"), ("404", "NoSuchKey")], statuses
    for name in ("REST.COPY.OBJECT", "REST.COPY.OBJECT_GET", "BATCH.DELETE.OBJECT"):
        assert len(by_name[name]) == 1, name
    assert "REST.PUT.METRICS" in by_name, sorted(by_name)


if sys.argv[1] == "configure":
    s3.create_bucket(Bucket=SOURCE)
    s3.create_bucket(Bucket=TARGET)
    logging()
    metrics()
    analytics()
    requests()
else:
    parse()
print("done")
