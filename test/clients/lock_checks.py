"""Tags, versions and Object Lock as boto3 uses them; `lock.spec.mjs` runs it with an endpoint.

Stops at the first thing that is wrong, with a traceback; says `done` at the end.
"""

import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from support.refusals import refused

config = Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path"})
s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=config)
BUCKET = "boto-lock"


def later(**distance):
    return (datetime.now(timezone.utc) + timedelta(**distance)).replace(microsecond=0)


def tags_by_version():
    first = s3.put_object(Bucket=BUCKET, Key="tags", Body=b"1", Tagging="color=red&size=a+b")
    s3.put_object(Bucket=BUCKET, Key="tags", Body=b"2")
    named = {"Bucket": BUCKET, "Key": "tags", "VersionId": first["VersionId"]}
    told = s3.get_object_tagging(**named)
    assert told["TagSet"] == [{"Key": "color", "Value": "red"}, {"Key": "size", "Value": "a b"}], told
    assert told["VersionId"] == first["VersionId"]
    s3.put_object_tagging(**named, Tagging={"TagSet": [{"Key": "only", "Value": ""}]})
    assert s3.get_object(**named)["TagCount"] == 1
    assert s3.get_object_tagging(Bucket=BUCKET, Key="tags")["TagSet"] == []
    s3.delete_object_tagging(**named)
    assert s3.get_object_tagging(**named)["TagSet"] == []
    many = {"TagSet": [{"Key": str(number), "Value": ""} for number in range(11)]}
    refused("BadRequest", 400, s3.put_object_tagging, **named, Tagging=many)


def retention_by_version():
    put = s3.put_object(
        Bucket=BUCKET, Key="kept", Body=b"x", ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=later(days=2), ObjectLockLegalHoldStatus="ON",
    )
    named = {"Bucket": BUCKET, "Key": "kept", "VersionId": put["VersionId"]}
    head = s3.head_object(**named)
    assert (head["ObjectLockMode"], head["ObjectLockLegalHoldStatus"]) == ("GOVERNANCE", "ON")
    refused("AccessDenied", 403, s3.delete_object, **named, BypassGovernanceRetention=True)
    s3.put_object_legal_hold(**named, LegalHold={"Status": "OFF"})
    refused("AccessDenied", 403, s3.delete_object, **named)
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": later(days=1)}
    refused("AccessDenied", 403, s3.put_object_retention, **named, Retention=shorter)
    s3.put_object_retention(**named, Retention=shorter, BypassGovernanceRetention=True)
    assert s3.get_object_retention(**named)["Retention"] == shorter
    s3.delete_object(**named, BypassGovernanceRetention=True)
    refused("NoSuchVersion", 404, s3.get_object, **named)


def default_retention():
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
    told = s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    assert told == lock, told
    # boto3 sends its checksum with every body since 1.36, as S3 demands of what will be locked.
    s3.put_object(Bucket=BUCKET, Key="default", Body=b"x", ChecksumAlgorithm="CRC32")
    head = s3.head_object(Bucket=BUCKET, Key="default")
    left = head["ObjectLockRetainUntilDate"] - head["LastModified"]
    assert head["ObjectLockMode"] == "COMPLIANCE" and timedelta(days=1) <= left <= timedelta(days=1, seconds=1)
    plain = {"ObjectLockEnabled": "Enabled"}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=plain)
    suspended = {"Status": "Suspended"}
    refused("InvalidBucketState", 409, s3.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration=suspended)


def versions_and_markers():
    bucket = "boto-versions"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=bucket, Key="k", Body=str(n).encode())["VersionId"] for n in range(5)]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] and marker["VersionId"] not in ids
    refused("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="k")
    refused("MethodNotAllowed", 405, s3.get_object, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=ids[2])["Body"].read() == b"2"
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    seen = [entry["VersionId"] for page in pages for entry in page.get("DeleteMarkers", []) + page.get("Versions", [])]
    assert seen == [marker["VersionId"], *reversed(ids)], seen
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["VersionId"] == ids[4]
    boto3.resource("s3", endpoint_url=sys.argv[1], config=config).Bucket(bucket).object_versions.delete()
    s3.delete_bucket(Bucket=bucket)


def ends_by_itself():
    put = s3.put_object(
        Bucket=BUCKET, Key="short", Body=b"x", ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=later(seconds=2),
    )
    named = {"Bucket": BUCKET, "Key": "short", "VersionId": put["VersionId"]}
    refused("AccessDenied", 403, s3.delete_object, **named)
    time.sleep(2.5)
    s3.delete_object(**named)


s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
tags_by_version()
retention_by_version()
default_retention()
versions_and_markers()
ends_by_itself()
print("done")
