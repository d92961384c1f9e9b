"""Replication as boto3 uses it; `replication.spec.mjs` runs it with an endpoint and a role's ARN.

Stops at the first thing that is wrong, with a traceback; says `done` at the end.
"""

import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path"})
s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=config)
ROLE = sys.argv[2]
SOURCE, TARGET = "boto-from", "boto-to"


def refused(code, function, **parameters):
    try:
        function(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response["Error"]
        return
    raise AssertionError(f"{code} was expected")


def rules(target, **more):
    rule = {
        "ID": "all",
        "Priority": 1,
        "Filter": {"And": {"Prefix": "in/", "Tags": [{"Key": "copy", "Value": "yes"}]}},
        "Status": "Enabled",
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}", "StorageClass": "STANDARD_IA"},
    }
    return {"Role": ROLE, "Rules": [{**rule, **more}]}


for bucket in (SOURCE, TARGET):
    s3.create_bucket(Bucket=bucket)
refused("ReplicationConfigurationNotFoundError", s3.get_bucket_replication, Bucket=SOURCE)
refused("InvalidRequest", s3.put_bucket_replication, Bucket=SOURCE, ReplicationConfiguration=rules(TARGET))
for bucket in (SOURCE, TARGET):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
refused("InvalidRequest", s3.put_bucket_replication, Bucket=SOURCE, ReplicationConfiguration=rules("no-such-bucket-here"))
s3.put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration=rules(TARGET))
told = s3.get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"]
assert told == rules(TARGET), told
suspend = {"Bucket": SOURCE, "VersioningConfiguration": {"Status": "Suspended"}}
refused("InvalidBucketState", s3.put_bucket_versioning, **suspend)

made = s3.put_object(Bucket=SOURCE, Key="in/yes", Body=b"1", Tagging="copy=yes", Metadata={"a": "b"})
s3.put_object(Bucket=SOURCE, Key="in/no", Body=b"2")
ends = time.time() + 60
while s3.head_object(Bucket=SOURCE, Key="in/yes")["ReplicationStatus"] == "PENDING":
    assert time.time() < ends, "still PENDING"
    time.sleep(0.2)
assert s3.head_object(Bucket=SOURCE, Key="in/yes")["ReplicationStatus"] == "COMPLETED"
assert "ReplicationStatus" not in s3.head_object(Bucket=SOURCE, Key="in/no")
copy = s3.get_object(Bucket=TARGET, Key="in/yes")
assert copy["Body"].read() == b"1"
assert copy["ReplicationStatus"] == "REPLICA"
assert copy["VersionId"] == made["VersionId"]
assert copy["StorageClass"] == "STANDARD_IA"
assert copy["Metadata"] == {"a": "b"}
refused("NoSuchKey", s3.get_object, Bucket=TARGET, Key="in/no")

s3.delete_bucket_replication(Bucket=SOURCE)
refused("ReplicationConfigurationNotFoundError", s3.get_bucket_replication, Bucket=SOURCE)
s3.put_bucket_versioning(**suspend)
print("done")
