"""What boto3 is asked to do, one function a check; `boto3.spec.mjs` runs it and counts.

Prints one line of JSON a check: its name, and what went wrong if something did. Runs with any
boto3 since 1.26; takes the endpoint, a bucket to make and odd keys as arguments, and
credentials from the environment.
"""

import hashlib
import io
import json
import os
import ssl
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from datetime import datetime, timezone

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from support.refusals import refused

ENDPOINT = sys.argv[1]
# The certificate of the tests is nobody's.
ssl._create_default_https_context = ssl._create_unverified_context
BUCKET = sys.argv[2]
HOSTILE_KEYS = json.loads(sys.argv[3])
MEBIBYTE = 1024 * 1024


def client(**config):
    settings = {"signature_version": "s3v4", "retries": {"max_attempts": 0}}
    settings["s3"] = {"addressing_style": "path"}
    settings.update(config)
    return boto3.client("s3", endpoint_url=ENDPOINT, config=Config(**settings), verify=False)


s3 = client()
checks = []


def check(function):
    checks.append(function)
    return function


def noise(size, seed=0):
    block = hashlib.sha256(str(seed).encode()).digest() * 1024
    return (block * (size // len(block) + 1))[:size]


def body_of(key, **parameters):
    return s3.get_object(Bucket=BUCKET, Key=key, **parameters)["Body"].read()


@check
def puts_gets_and_heads_with_metadata():
    before = datetime.now(timezone.utc).replace(microsecond=0)
    answer = s3.put_object(
        Bucket=BUCKET,
        Key="plain",
        Body=b"0123456789",
        ContentType="text/plain",
        Metadata={"One": "1", "spaced": "a  b"},
        ContentEncoding="gzip",
        Expires=datetime(2030, 1, 2, tzinfo=timezone.utc),
    )
    assert answer["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"', answer
    for answer in (s3.head_object(Bucket=BUCKET, Key="plain"), s3.get_object(Bucket=BUCKET, Key="plain")):
        assert answer["ContentLength"] == 10
        assert answer["ContentType"] == "text/plain"
        assert answer["ContentEncoding"] == "gzip"
        assert answer["Metadata"] == {"one": "1", "spaced": "a  b"}, answer["Metadata"]
        assert answer["LastModified"] >= before
        assert answer["Expires"] == datetime(2030, 1, 2, tzinfo=timezone.utc)
    assert body_of("plain") == b"0123456789"
    assert body_of("plain", Range="bytes=-3") == b"789"


@check
def names_the_type_s3_names():
    s3.put_object(Bucket=BUCKET, Key="typeless", Body=b"x")
    assert s3.head_object(Bucket=BUCKET, Key="typeless")["ContentType"] == "binary/octet-stream"


@check
def takes_bodies_of_every_kind_without_waiting():
    started = time.monotonic()
    with tempfile.TemporaryFile() as file:
        file.write(noise(3_000_000))
        file.seek(0)
        for body in (b"bytes", io.BytesIO(b"stream"), bytearray(b"array"), "text", file):
            s3.put_object(Bucket=BUCKET, Key="kind", Body=body)
    # Each waits a second when the server leaves "Expect: 100-continue" unanswered.
    assert time.monotonic() - started < 4, "puts stalled"
    assert body_of("kind") == noise(3_000_000)


@check
def is_not_confused_by_empty_bodies():
    lone = client(max_pool_connections=1)
    started = time.monotonic()
    assert lone.put_object(Bucket=BUCKET, Key="empty", Body=b"")["ETag"]
    # botocore took the status of the empty one for that of the next.
    refused("NoSuchBucket", 404, lone.put_object, Bucket="absent-bucket", Key="k",
            Body=io.BytesIO(b"after an empty one"))
    assert time.monotonic() - started < 8, "the next call stalled"
    assert body_of("empty") == b""


@check
def streams_down_in_pieces():
    data = noise(3 * MEBIBYTE, 3)
    s3.put_object(Bucket=BUCKET, Key="pieces", Body=data)
    body = s3.get_object(Bucket=BUCKET, Key="pieces")["Body"]
    assert b"".join(body.iter_chunks(100_000)) == data
    body = s3.get_object(Bucket=BUCKET, Key="pieces")["Body"]
    assert body.read(10) == data[:10]
    body.close()
    # A connection that was left in the middle must not spoil the next call.
    assert body_of("pieces", Range="bytes=5-9") == data[5:10]


@check
def transfers_files_in_parts_both_ways():
    config = TransferConfig(
        multipart_threshold=5 * MEBIBYTE, multipart_chunksize=5 * MEBIBYTE, max_concurrency=4
    )
    data = noise(23 * MEBIBYTE + 17, 5)
    seen = []
    with tempfile.TemporaryDirectory() as folder:
        source, back = os.path.join(folder, "source"), os.path.join(folder, "back")
        with open(source, "wb") as file:
            file.write(data)
        extra = {"Metadata": {"way": "up"}, "ContentType": "video/mp4", "StorageClass": "STANDARD_IA"}
        s3.upload_file(source, BUCKET, "large", ExtraArgs=extra, Config=config, Callback=seen.append)
        assert sum(seen) == len(data)
        head = s3.head_object(Bucket=BUCKET, Key="large")
        assert head["ETag"].endswith('-5"'), head["ETag"]
        assert head["Metadata"] == {"way": "up"} and head["StorageClass"] == "STANDARD_IA"
        s3.download_file(BUCKET, "large", back, Config=config)
        with open(back, "rb") as file:
            assert file.read() == data
        s3.upload_fileobj(io.BytesIO(data), BUCKET, "object", Config=config)
        target = io.BytesIO()
        s3.download_fileobj(BUCKET, "object", target, Config=config)
        assert target.getvalue() == data
        s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "large-copy", Config=config)
        assert body_of("large-copy") == data


@check
def copies_and_replaces_metadata():
    s3.put_object(Bucket=BUCKET, Key="from ü&+", Body=b"copied", Metadata={"a": "1"})
    source = {"Bucket": BUCKET, "Key": "from ü&+"}
    s3.copy_object(Bucket=BUCKET, Key="kept", CopySource=source)
    assert s3.head_object(Bucket=BUCKET, Key="kept")["Metadata"] == {"a": "1"}
    s3.copy_object(
        Bucket=BUCKET,
        Key="replaced",
        CopySource=source,
        MetadataDirective="REPLACE",
        Metadata={"b": "2"},
    )
    assert s3.head_object(Bucket=BUCKET, Key="replaced")["Metadata"] == {"b": "2"}
    refused("InvalidRequest", 400, s3.copy_object, Bucket=BUCKET, Key="kept",
            CopySource={"Bucket": BUCKET, "Key": "kept"})


@check
def answers_errors_by_their_exact_codes():
    refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key="absent")
    refused("404", 404, s3.head_object, Bucket=BUCKET, Key="absent")
    refused("404", 404, s3.head_bucket, Bucket="absent-bucket")
    refused("NoSuchBucket", 404, s3.list_objects_v2, Bucket="absent-bucket")
    refused("NoSuchBucket", 404, s3.put_object, Bucket="absent-bucket", Key="k", Body=b"x" * 200_000)
    refused("NoSuchBucket", 404, s3.delete_object, Bucket="absent-bucket", Key="k")
    refused("BucketAlreadyOwnedByYou", 409, s3.create_bucket, Bucket=BUCKET)
    refused("BucketNotEmpty", 409, s3.delete_bucket, Bucket=BUCKET)
    refused("NoSuchUpload", 404, s3.abort_multipart_upload, Bucket=BUCKET, Key="k", UploadId="none")
    refused("InvalidRange", 416, s3.get_object, Bucket=BUCKET, Key="plain", Range="bytes=99-")
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket=BUCKET, MaxKeys=-1)
    refused("BadDigest", 400, s3.put_object, Bucket=BUCKET, Key="k", Body=b"x",
            ContentMD5="XrY7u+Ae7tCTyyK7j1rNww==")
    refused("InvalidDigest", 400, s3.put_object, Bucket=BUCKET, Key="k", Body=b"x", ContentMD5="?")
    refused("PreconditionFailed", 412, s3.get_object, Bucket=BUCKET, Key="plain", IfMatch="other")
    refused("304", 304, s3.get_object, Bucket=BUCKET, Key="plain",
            IfNoneMatch='"781e5e245d69b566979b86e28d23f2c7"')
    # After all of these the same connections still answer.
    assert body_of("plain") == b"0123456789"


@check
def refuses_strangers():
    for key, secret, code in (("AKIAUNKNOWNUNKNOWN00", "x", "InvalidAccessKeyId"),
                              (os.environ["AWS_ACCESS_KEY_ID"], "wrong", "SignatureDoesNotMatch")):
        stranger = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=key,
                                aws_secret_access_key=secret, verify=False,
                                config=Config(s3={"addressing_style": "path"}))
        refused(code, 403, stranger.list_buckets)
        refused("403", 403, stranger.head_bucket, Bucket=BUCKET)


@check
def lists_in_pages():
    for number in range(25):
        s3.put_object(Bucket=BUCKET, Key=f"list/{number:02}/x", Body=b"x")
    for operation in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(operation).paginate(
            Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 7})
        keys = [item["Key"] for page in pages for item in page["Contents"]]
        assert keys == [f"list/{number:02}/x" for number in range(25)], keys
        pages = s3.get_paginator(operation).paginate(
            Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 4})
        groups = [group["Prefix"] for page in pages for group in page["CommonPrefixes"]]
        assert groups == [f"list/{number:02}/" for number in range(25)], groups


@check
def keeps_hostile_keys():
    bucket = f"{BUCKET}-hostile"
    s3.create_bucket(Bucket=bucket)
    for key in HOSTILE_KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    # botocore asks for encoding-type=url by itself, and decodes.
    listed = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(HOSTILE_KEYS, key=lambda key: key.encode()), listed
    for key in HOSTILE_KEYS:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode(), key
        url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key})
        with urllib.request.urlopen(url) as answer:
            assert answer.read() == key.encode(), key
    for key in HOSTILE_KEYS:
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)


@check
def signs_urls():
    url = s3.generate_presigned_url(
        "put_object", {"Bucket": BUCKET, "Key": "by url", "ContentType": "text/csv"}, ExpiresIn=60)
    request = urllib.request.Request(url, b"a,b", {"Content-Type": "text/csv"}, method="PUT")
    assert urllib.request.urlopen(request).status == 200
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "by url"})
    assert urllib.request.urlopen(url).read() == b"a,b"
    url = s3.generate_presigned_url("head_object", {"Bucket": BUCKET, "Key": "by url"})
    answer = urllib.request.urlopen(urllib.request.Request(url, method="HEAD"))
    assert answer.headers["Content-Length"] == "3"
    url = s3.generate_presigned_url("delete_object", {"Bucket": BUCKET, "Key": "by url"})
    assert urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).status == 204
    try:
        urllib.request.urlopen(url.replace("by%20url", "plain"))
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"SignatureDoesNotMatch" in error.read()
    else:
        raise AssertionError("a URL opened another key")


@check
def refuses_urls_signed_as_of_old():
    old = client(signature_version="s3")
    url = old.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "plain"})
    try:
        urllib.request.urlopen(url)
    except urllib.error.HTTPError as error:
        assert error.code == 400, error.code
        assert b"AWS4-HMAC-SHA256" in error.read()
    else:
        raise AssertionError("signature version 2 was accepted")


@check
def deletes_many_at_once():
    keys = [f"many/{number}" for number in range(50)]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key)
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    assert len(answer["Deleted"]) == 50 and "Errors" not in answer
    quiet = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "x"}], "Quiet": True})
    assert "Deleted" not in quiet


@check
def follows_versions():
    bucket = f"{BUCKET}-versions"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    versions = s3.list_object_versions(Bucket=bucket)
    assert [item["VersionId"] for item in versions["Versions"]] == [second, first]
    assert versions["DeleteMarkers"][0]["VersionId"] == marker["VersionId"]
    refused("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="k")
    refused("MethodNotAllowed", 405, s3.get_object, Bucket=bucket, Key="k",
            VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"1"
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 1})
    assert sum(len(page.get("Versions", [])) for page in pages) == 2
    boto3.resource("s3", endpoint_url=ENDPOINT, verify=False).Bucket(bucket).object_versions.delete()
    s3.delete_bucket(Bucket=bucket)


@check
def works_as_a_resource():
    resource = boto3.resource("s3", endpoint_url=ENDPOINT, verify=False)
    bucket = resource.create_bucket(Bucket=f"{BUCKET}-resource")
    bucket.wait_until_exists()
    thing = bucket.put_object(Key="a/b", Body=b"thing", Metadata={"k": "v"})
    assert thing.get()["Body"].read() == b"thing"
    assert resource.Object(bucket.name, "a/b").metadata == {"k": "v"}
    assert resource.Object(bucket.name, "a/b").content_length == 5
    bucket.upload_fileobj(io.BytesIO(b"c"), "c")
    assert [item.key for item in bucket.objects.all()] == ["a/b", "c"]
    assert [item.key for item in bucket.objects.filter(Prefix="a/")] == ["a/b"]
    assert bucket.creation_date is not None
    assert bucket.name in [item.name for item in resource.buckets.all()]
    bucket.objects.all().delete()
    bucket.delete()
    bucket.wait_until_not_exists()


@check
def waits_for_things():
    s3.put_object(Bucket=BUCKET, Key="awaited")
    s3.get_waiter("object_exists").wait(Bucket=BUCKET, Key="awaited")
    s3.delete_object(Bucket=BUCKET, Key="awaited")
    s3.get_waiter("object_not_exists").wait(Bucket=BUCKET, Key="awaited")


@check
def uploads_parts_by_hand():
    upload = {"Bucket": BUCKET, "Key": "hand"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    sizes = [5 * MEBIBYTE, 6 * MEBIBYTE + 1, 3]
    parts = []
    for number, size in enumerate(sizes, 1):
        etag = s3.upload_part(PartNumber=number, Body=noise(size, number), **upload)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    pages = s3.get_paginator("list_parts").paginate(PaginationConfig={"PageSize": 2}, **upload)
    assert [part["Size"] for page in pages for part in page["Parts"]] == sizes
    source = {"Bucket": BUCKET, "Key": "large"}
    copied = s3.upload_part_copy(PartNumber=9, CopySource=source, CopySourceRange="bytes=0-99", **upload)
    assert copied["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **upload)
    expected = b"".join(noise(size, number) for number, size in enumerate(sizes, 1))
    assert body_of("hand") == expected


@check
def verifies_checksums():
    data = b"123456789"
    answer = s3.put_object(Bucket=BUCKET, Key="sums", Body=data, ChecksumAlgorithm="SHA256")
    expected = "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="
    assert answer["ChecksumSHA256"] == expected, answer
    told = s3.get_object(Bucket=BUCKET, Key="sums", ChecksumMode="ENABLED")
    assert told["ChecksumSHA256"] == expected and told["Body"].read() == data
    attributes = s3.get_object_attributes(
        Bucket=BUCKET, Key="sums", ObjectAttributes=["ETag", "Checksum", "ObjectSize"])
    assert attributes["Checksum"]["ChecksumSHA256"] == expected
    stream = s3.put_object(Bucket=BUCKET, Key="sums", Body=io.BytesIO(data), ChecksumAlgorithm="CRC32")
    assert stream["ChecksumCRC32"] == "y/Q5Jg==", stream


@check
def sends_metadata_beyond_ascii_as_words():
    word = "=?UTF-8?B?Z3LDvMOfZQ==?="
    s3.put_object(Bucket=BUCKET, Key="words", Body=b"x", Metadata={"greeting": word})
    assert s3.head_object(Bucket=BUCKET, Key="words")["Metadata"] == {"greeting": word}


@check
def says_who_asks():
    identity = boto3.client("sts", endpoint_url=ENDPOINT, verify=False).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{identity['Account']}:root", identity


s3.create_bucket(Bucket=BUCKET)
for function in checks:
    problem = None
    try:
        function()
    except Exception:
        problem = traceback.format_exc(limit=-3)
    print(json.dumps({"name": function.__name__.replace("_", " "), "problem": problem}), flush=True)
