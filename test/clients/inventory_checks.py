"""Inventory as boto3 configures it; `inventory.spec.mjs` runs it, makes the reports and has them read.

`configure ENDPOINT` makes a bucket with everything that a report can tell of, and three configurations;
`read ENDPOINT` reads the CSV report as its readers do: manifest, checksum, data, the list for Hive."""

import csv
import datetime
import gzip
import hashlib
import io
import json
import sys
import urllib.parse

import boto3
from botocore.config import Config
from support.refusals import refused

mode, endpoint = sys.argv[1:3]
config = Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path"})
s3 = boto3.client("s3", endpoint_url=endpoint, config=config)
kms = boto3.client("kms", endpoint_url=endpoint)
sts = boto3.client("sts", endpoint_url=endpoint)
SOURCE, TARGET = "boto-stock", "boto-reports"
ACCOUNT = sts.get_caller_identity()["Account"]
FIELDS = [
    "Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded", "ReplicationStatus",
    "EncryptionStatus", "ObjectLockRetainUntilDate", "ObjectLockMode", "ObjectLockLegalHoldStatus",
    "IntelligentTieringAccessTier", "BucketKeyStatus", "ChecksumAlgorithm", "ObjectAccessControlList",
    "ObjectOwner",
]


def document(id, **more):
    destination = {"AccountId": ACCOUNT, "Bucket": f"arn:aws:s3:::{TARGET}", "Format": "CSV", "Prefix": "in"}
    return {
        "Destination": {"S3BucketDestination": {**destination, **more.pop("destination", {})}},
        "IsEnabled": True,
        "Id": id,
        "IncludedObjectVersions": "All",
        "OptionalFields": FIELDS,
        "Schedule": {"Frequency": "Daily"},
        **more,
    }


def put(document, id=None):
    s3.put_bucket_inventory_configuration(
        Bucket=SOURCE, Id=id or document["Id"], InventoryConfiguration=document)


def fill():
    s3.create_bucket(Bucket=SOURCE, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=SOURCE, Key="a b+(é).txt", Body=b"hello", ChecksumAlgorithm="SHA256")
    s3.put_object(Bucket=SOURCE, Key="a b+(é).txt", Body=b"hello again")
    s3.put_object(Bucket=SOURCE, Key="cold", Body=b"cold", StorageClass="GLACIER")
    s3.put_object(Bucket=SOURCE, Key="gone", Body=b"gone")
    s3.delete_object(Bucket=SOURCE, Key="gone")
    until = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)
    s3.put_object(Bucket=SOURCE, Key="held", Body=b"held", ObjectLockMode="GOVERNANCE",
                  ObjectLockRetainUntilDate=until, ObjectLockLegalHoldStatus="ON")
    s3.put_object(Bucket=SOURCE, Key="tiered", Body=b"tiered", StorageClass="INTELLIGENT_TIERING")
    s3.put_object(Bucket=SOURCE, Key="secret", Body=b"secret", ServerSideEncryption="aws:kms", BucketKeyEnabled=True)
    upload = {"Bucket": SOURCE, "Key": "parts"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = s3.upload_part(PartNumber=1, Body=b"part", **upload)
    s3.complete_multipart_upload(
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, **upload)


def let_reports_in():
    # As AWS publishes it for inventories.
    statement = {
        "Sid": "InventoryAndAnalyticsExamplePolicy",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": [f"arn:aws:s3:::{TARGET}/*"],
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{SOURCE}"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT, "s3:x-amz-acl": "bucket-owner-full-control"},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=TARGET, Policy=policy)


def configure():
    fill()
    s3.create_bucket(Bucket=TARGET)
    put(document("csv", destination={"Encryption": {"SSES3": {}}}))
    kept = s3.get_bucket_inventory_configuration(Bucket=SOURCE, Id="csv")["InventoryConfiguration"]
    assert kept == document("csv", destination={"Encryption": {"SSES3": {}}}), kept
    sealed = {"Format": "Parquet", "Encryption": {"SSEKMS": {"KeyId": kms.create_key()["KeyMetadata"]["Arn"]}}}
    put(document("parquet", destination=sealed, IncludedObjectVersions="Current", Filter={"Prefix": "a"}))
    put(document("weekly", Schedule={"Frequency": "Weekly"}, IsEnabled=False))
    listed = s3.list_bucket_inventory_configurations(Bucket=SOURCE)
    assert [one["Id"] for one in listed["InventoryConfigurationList"]] == ["csv", "parquet", "weekly"]
    assert not listed["IsTruncated"]
    s3.delete_bucket_inventory_configuration(Bucket=SOURCE, Id="weekly")
    named = {"Bucket": SOURCE, "Id": "weekly"}
    refused("NoSuchConfiguration", 404, s3.get_bucket_inventory_configuration, **named)
    refused("NoSuchConfiguration", 404, s3.delete_bucket_inventory_configuration, **named)
    refused("IdMismatch", 400, put, document=document("csv"), id="other")
    bare = document("csv", destination={"Bucket": TARGET})
    refused("InvalidS3DestinationBucket", 400, put, document=bare)
    refused("MalformedXML", 400, put, document=document("csv", Schedule={"Frequency": "Hourly"}))


def read():
    start = f"in/{SOURCE}/csv/"
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=TARGET, Prefix=start)["Contents"]]
    body = lambda key: s3.get_object(Bucket=TARGET, Key=key)["Body"].read()
    [name] = [key for key in keys if key.endswith("/manifest.json")]
    text = body(name)
    assert body(name.replace(".json", ".checksum")).decode().strip() == hashlib.md5(text).hexdigest()
    manifest = json.loads(text)
    assert manifest["sourceBucket"] == SOURCE and manifest["fileFormat"] == "CSV"
    assert manifest["destinationBucket"] == f"arn:aws:s3:::{TARGET}" and manifest["version"] == "2016-11-30"
    [file] = manifest["files"]
    data = body(file["key"])
    assert len(data) == file["size"] and hashlib.md5(data).hexdigest() == file["MD5checksum"]
    [links] = [key for key in keys if key.endswith("/symlink.txt")]
    assert body(links).decode().split() == [f"s3://{TARGET}/{file['key']}"]
    columns = manifest["fileSchema"].split(", ")
    assert columns == ["Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker", *columns[5:]], columns
    assert sorted(columns[5:]) == sorted(FIELDS)
    rows = [dict(zip(columns, row)) for row in csv.reader(io.StringIO(gzip.decompress(data).decode()))]
    versions = s3.list_object_versions(Bucket=SOURCE)
    told = {(urllib.parse.unquote_plus(row["Key"]), row["VersionId"]): row for row in rows}
    for version in versions["Versions"]:
        row = told[version["Key"], version["VersionId"]]
        assert row["ETag"] == version["ETag"].strip('"') and int(row["Size"]) == version["Size"], row
        assert row["IsLatest"] == str(version["IsLatest"]).lower() and row["IsDeleteMarker"] == "false"
        assert row["StorageClass"] == version["StorageClass"]
        when = version["LastModified"].strftime("%Y-%m-%dT%H:%M:%S")
        assert row["LastModifiedDate"].startswith(when) and row["LastModifiedDate"].endswith("Z"), row
    [marker] = versions["DeleteMarkers"]
    assert told["gone", marker["VersionId"]]["IsDeleteMarker"] == "true"
    assert len(rows) == len(versions["Versions"]) + 1
    newest = {key: row for (key, _), row in told.items() if row["IsLatest"] == "true"}
    held = newest["held"]
    assert held["ObjectLockMode"] == "GOVERNANCE" and held["ObjectLockLegalHoldStatus"] == "On", held
    assert held["ObjectLockRetainUntilDate"].startswith("2099-01-01T00:00:00"), held
    assert newest["tiered"]["IntelligentTieringAccessTier"] == "FREQUENT"
    assert newest["parts"]["IsMultipartUploaded"] == "true" and held["IsMultipartUploaded"] == "false"
    assert newest["secret"]["EncryptionStatus"] == "SSE-KMS" and newest["secret"]["BucketKeyStatus"] == "ENABLED"
    assert held["EncryptionStatus"] == "SSE-S3"
    assert any(row["ChecksumAlgorithm"] == "SHA256" for row in rows)
    assert s3.head_object(Bucket=TARGET, Key=file["key"])["ServerSideEncryption"] == "AES256"
    sealed = s3.list_objects_v2(Bucket=TARGET, Prefix=f"in/{SOURCE}/parquet/")["Contents"]
    for one in sealed:
        assert s3.head_object(Bucket=TARGET, Key=one["Key"])["ServerSideEncryption"] == "aws:kms", one


{"configure": configure, "allow": let_reports_in, "read": read}[mode]()
print("done")
