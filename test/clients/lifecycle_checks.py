"""Lifecycle as boto3 uses it; `lifecycle.spec.mjs` runs it with an endpoint whose days are short.

After the lifecycle tests of ceph/s3-tests. Stops at the first thing that is wrong, with a traceback;
says `done` at the end.
"""

import sys
import time
from datetime import datetime, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path"})
s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=config)
SUFFIX = sys.argv[2]


def bucket(label, versioned=False):
    name = f"{label}-{SUFFIX}"
    s3.create_bucket(Bucket=name)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def put_rules(name, *rules):
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": list(rules)})


def refused(code, status, name, *rules):
    try:
        put_rules(name, *rules)
    except ClientError as error:
        told = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert told == (code, status), told
        return
    raise AssertionError(f"{code} was expected")


def eventually(look, wanted):
    for _ in range(600):
        seen = look()
        if seen == wanted:
            return
        time.sleep(0.1)
    raise AssertionError((seen, wanted))


def keys_of(name):
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=name).get("Contents", [])]


def set_and_get():
    name = bucket("lc-get")
    rules = [
        {"ID": "test1/", "Expiration": {"Days": 31}, "Prefix": "test1/", "Status": "Enabled"},
        {"ID": "test2/", "Expiration": {"Days": 120}, "Prefix": "test2/", "Status": "Enabled"},
    ]
    put_rules(name, *rules)
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"] == rules
    put_rules(name, {"Expiration": {"Days": 31}, "Prefix": "test1/", "Status": "Enabled"})
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]["ID"]
    dated = {
        "ID": "d",
        "Expiration": {"Date": datetime(2017, 9, 27, tzinfo=timezone.utc)},
        "Filter": {"Prefix": "test1/"},
        "Status": "Enabled",
    }
    put_rules(name, dated)
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"] == [dated]
    s3.delete_bucket_lifecycle(Bucket=name)
    try:
        s3.get_bucket_lifecycle_configuration(Bucket=name)
        raise AssertionError("there are rules")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration"


def refusals():
    name = bucket("lc-refusals")
    rule = {"ID": "rule1", "Expiration": {"Days": 2}, "Prefix": "test1/", "Status": "Enabled"}
    refused("InvalidArgument", 400, name, {**rule, "ID": "a" * 256})
    refused("InvalidArgument", 400, name, rule, {**rule, "Prefix": "test2/"})
    for status in ["enabled", "disabled", "invalid"]:
        refused("MalformedXML", 400, name, {**rule, "Status": status})
    refused("InvalidArgument", 400, name, {**rule, "Expiration": {"Days": 0}})
    moves = [{"Days": 30, "StorageClass": "COLD"}]
    refused("MalformedXML", 400, name, {**rule, "Expiration": {"Days": 60}, "Transitions": moves})


def expiration_header():
    name = bucket("lc-header")
    put_rules(name, {"ID": "rule1", "Expiration": {"Days": 1}, "Prefix": "days1/", "Status": "Enabled"})
    put = s3.put_object(Bucket=name, Key="days1/foo", Body="bar")
    head = s3.head_object(Bucket=name, Key="days1/foo")
    for told in [put["Expiration"], head["Expiration"]]:
        assert 'rule-id="rule1"' in told, told
        date = datetime.strptime(told.split('"')[1], "%a, %d %b %Y %H:%M:%S GMT")
        left = date - datetime.now(timezone.utc).replace(tzinfo=None)
        assert 1 * 86400 - 60 <= left.total_seconds() <= 2 * 86400, told


def expires_by_prefix_tags_and_size():
    name = bucket("lc-expires")
    for key, body, tags in [
        ("expire/a", "x", ""),
        ("keep/a", "x", ""),
        ("tagged", "x", "life=short"),
        ("other", "x", "life=long"),
        ("large", "x" * 2000, ""),
    ]:
        s3.put_object(Bucket=name, Key=key, Body=body, Tagging=tags)
    put_rules(
        name,
        {"ID": "p", "Expiration": {"Days": 1}, "Filter": {"Prefix": "expire/"}, "Status": "Enabled"},
        {
            "ID": "t",
            "Expiration": {"Days": 1},
            "Filter": {"Tag": {"Key": "life", "Value": "short"}},
            "Status": "Enabled",
        },
        {
            "ID": "s",
            "Expiration": {"Days": 1},
            "Filter": {"And": {"Prefix": "", "ObjectSizeGreaterThan": 1999}},
            "Status": "Enabled",
        },
    )
    eventually(lambda: keys_of(name), ["keep/a", "other"])


def versions_and_markers():
    name = bucket("lc-versions", versioned=True)
    for body in ["1", "2", "3", "4", "5"]:
        s3.put_object(Bucket=name, Key="a", Body=body)
    newer = {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2}
    rule = {"ID": "n", "Filter": {"Prefix": ""}, "Status": "Enabled"}
    put_rules(name, {**rule, "NoncurrentVersionExpiration": newer})
    count = lambda: len(s3.list_object_versions(Bucket=name).get("Versions", []))
    eventually(count, 3)
    put_rules(
        name,
        {**rule, "Expiration": {"Days": 1}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
    )

    def left():
        page = s3.list_object_versions(Bucket=name)
        return len(page.get("Versions", [])) + len(page.get("DeleteMarkers", []))

    eventually(left, 0)


def transitions():
    name = bucket("lc-transitions")
    s3.put_object(Bucket=name, Key="a", Body="x" * 200_000)
    s3.put_object(Bucket=name, Key="small", Body="x")
    moves = [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 60, "StorageClass": "GLACIER"}]
    put_rules(name, {"ID": "m", "Filter": {"Prefix": ""}, "Status": "Enabled", "Transitions": moves})
    classes = lambda: {
        entry["Key"]: entry["StorageClass"] for entry in s3.list_objects_v2(Bucket=name)["Contents"]
    }
    eventually(classes, {"a": "GLACIER", "small": "STANDARD"})


def uploads():
    name = bucket("lc-uploads")
    put_rules(
        name,
        {
            "ID": "u",
            "Filter": {"Prefix": "test1/"},
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        },
    )
    begun = s3.create_multipart_upload(Bucket=name, Key="test1/a")
    assert begun["AbortRuleId"] == "u" and begun["AbortDate"], begun
    s3.create_multipart_upload(Bucket=name, Key="test2/b")
    open_keys = lambda: [u["Key"] for u in s3.list_multipart_uploads(Bucket=name).get("Uploads", [])]
    eventually(open_keys, ["test2/b"])


for check in [
    set_and_get,
    refusals,
    expiration_header,
    expires_by_prefix_tags_and_size,
    versions_and_markers,
    transitions,
    uploads,
]:
    check()
    print(check.__name__, flush=True)
print("done")
