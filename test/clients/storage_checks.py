"""Storage classes and restorations as boto3 uses them; `storage-classes.spec.mjs` runs it.

Stops at the first thing that is wrong. Argument: the endpoint, where restoring takes a second.
"""

import sys
import time

import boto3
from botocore.config import Config
from support.refusals import refused

config = Config(signature_version="s3v4", retries={"max_attempts": 0}, s3={"addressing_style": "path"})
s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=config)
BUCKET = "boto-classes"
READABLE = ["REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"]
ARCHIVED = ["GLACIER", "DEEP_ARCHIVE"]


s3.create_bucket(Bucket=BUCKET)

for name in READABLE + ARCHIVED:
    s3.put_object(Bucket=BUCKET, Key=f"put/{name}", Body=b"body", StorageClass=name)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=f"parts/{name}", StorageClass=name)
    place = {"Bucket": BUCKET, "Key": f"parts/{name}", "UploadId": upload["UploadId"]}
    part = s3.upload_part(**place, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**place, MultipartUpload=parts)
    s3.put_object(Bucket=BUCKET, Key="source", Body=b"source")
    copied = {"Bucket": BUCKET, "Key": "source"}
    s3.copy_object(Bucket=BUCKET, Key=f"copy/{name}", CopySource=copied, StorageClass=name)
    for way in ("put", "parts", "copy"):
        head = s3.head_object(Bucket=BUCKET, Key=f"{way}/{name}")
        assert head["StorageClass"] == name, head
        if name in READABLE:
            s3.get_object(Bucket=BUCKET, Key=f"{way}/{name}")["Body"].read()
        else:
            response = refused("InvalidObjectState", 403, s3.get_object, Bucket=BUCKET, Key=f"{way}/{name}")
            assert response["StorageClass"] == name, response

# The default is shown by listings, and not by a header.
s3.put_object(Bucket=BUCKET, Key="plain", Body=b"x", StorageClass="STANDARD")
assert "StorageClass" not in s3.head_object(Bucket=BUCKET, Key="plain")
listed = {entry["Key"]: entry["StorageClass"] for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
assert listed["plain"] == "STANDARD" and listed["put/GLACIER"] == "GLACIER", listed
for name in ("standard", "OUTPOSTS", "COLD"):
    refused("InvalidStorageClass", 400, s3.put_object, Bucket=BUCKET, Key="bad", Body=b"", StorageClass=name)
refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key="bad")

for name in ARCHIVED:
    key = {"Bucket": BUCKET, "Key": f"put/{name}"}
    if name == "DEEP_ARCHIVE":
        hasty = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
        refused("InvalidArgument", 400, s3.restore_object, **key, RestoreRequest=hasty)
    wish = {"Days": 3, "GlacierJobParameters": {"Tier": "Standard"}}
    answer = s3.restore_object(**key, RestoreRequest=wish)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202, answer
    assert s3.head_object(**key)["Restore"] == 'ongoing-request="true"'
    refused("RestoreAlreadyInProgress", 409, s3.restore_object, **key, RestoreRequest=wish)
    s3.get_waiter("object_exists").wait(**key)
    for _ in range(60):
        if "expiry-date" in s3.head_object(**key)["Restore"]:
            break
        time.sleep(0.5)
    assert s3.get_object(**key)["Body"].read() == b"body"
    again = s3.restore_object(**key, RestoreRequest=wish)
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 200, again
    # Older versions of boto3 do not know how to ask for it.
    if "OptionalObjectAttributes" in s3.meta.service_model.operation_model("ListObjectsV2").input_shape.members:
        page = s3.list_objects_v2(
            Bucket=BUCKET, Prefix=f"put/{name}", OptionalObjectAttributes=["RestoreStatus"]
        )
        status = page["Contents"][0]["RestoreStatus"]
        assert status["IsRestoreInProgress"] is False and status["RestoreExpiryDate"], status
    s3.copy_object(Bucket=BUCKET, Key="thawed", CopySource=key, StorageClass="STANDARD")
    assert s3.get_object(Bucket=BUCKET, Key="thawed")["Body"].read() == b"body"
refused("InvalidObjectState", 403, s3.restore_object, Bucket=BUCKET, Key="plain", RestoreRequest={"Days": 1})

tiers = [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}, {"AccessTier": "DEEP_ARCHIVE_ACCESS", "Days": 180}]
document = {"Id": "all", "Status": "Enabled", "Tierings": tiers}
configure = s3.put_bucket_intelligent_tiering_configuration
configure(Bucket=BUCKET, Id="all", IntelligentTieringConfiguration=document)
got = s3.get_bucket_intelligent_tiering_configuration(Bucket=BUCKET, Id="all")
assert got["IntelligentTieringConfiguration"] == document, got
assert len(s3.list_bucket_intelligent_tiering_configurations(Bucket=BUCKET)["IntelligentTieringConfigurationList"]) == 1
s3.delete_bucket_intelligent_tiering_configuration(Bucket=BUCKET, Id="all")
print("storage classes: all as expected")
