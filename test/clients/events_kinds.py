"""Everything that S3 tells of a bucket, brought about by boto3; `events.spec.mjs` runs it and looks at what
arrived. Arguments: the ARN of a webhook as a topic. The server's days are a second long."""

import datetime
import os
import sys
import urllib.request

import boto3
from botocore.config import Config

topic = sys.argv[1]
# Forms are signed as of old unless this says otherwise.
config = Config(signature_version="s3v4")
s3 = boto3.client("s3", endpoint_url=os.environ["CAIRN_ENDPOINT"], config=config)
bucket = "kinds"
names = [
    "s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectRestore:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put",
    "s3:ObjectRetention:Put", "s3:LifecycleExpiration:*", "s3:LifecycleTransition", "s3:IntelligentTiering",
    "s3:Replication:*", "s3:ReducedRedundancyLostObject",
]
s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, ObjectOwnership="ObjectWriter")
s3.delete_public_access_block(Bucket=bucket)


def configure(events):
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "TopicConfigurations": [{"Id": "all", "TopicArn": topic, "Events": events}],
            "EventBridgeConfiguration": {},
        },
    )
    kept = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert kept["TopicConfigurations"][0]["Events"] == events, kept


# Every name that this boto3 knows is taken, one by one.
for name in s3.meta.service_model.shape_for("Event").enum:
    configure([name])
configure(names)

s3.put_object(Bucket=bucket, Key="in/a b+(é).txt", Body=b"hello")
form = s3.generate_presigned_post(bucket, "posted")
fields = [*form["fields"].items(), ("file", "posted")]
parts = "".join(
    f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields)
request = urllib.request.Request(
    form["url"], f"{parts}--edge--\r\n".encode(), {"Content-Type": "multipart/form-data; boundary=edge"})
assert urllib.request.urlopen(request).status == 204
copied = {"Bucket": bucket, "CopySource": {"Bucket": bucket, "Key": "in/a b+(é).txt"}}
s3.copy_object(Key="copy", **copied)
s3.put_object_tagging(Bucket=bucket, Key="copy", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
s3.delete_object_tagging(Bucket=bucket, Key="copy")
for _ in range(2):  # The second changes nothing.
    s3.put_object_acl(Bucket=bucket, Key="copy", ACL="public-read")
until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
s3.put_object_retention(
    Bucket=bucket, Key="copy", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})
upload = {"Bucket": bucket, "Key": "parts", "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]}
part = s3.upload_part(PartNumber=1, Body=b"part", **upload)
done = s3.complete_multipart_upload(
    MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, **upload)
s3.delete_object(Bucket=bucket, Key="parts")
s3.delete_objects(
    Bucket=bucket, Delete={"Objects": [{"Key": "parts", "VersionId": done["VersionId"]}]})
s3.put_object(Bucket=bucket, Key="cold", Body=b"cold", StorageClass="GLACIER")
restore = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
s3.restore_object(Bucket=bucket, Key="cold", RestoreRequest=restore)
s3.put_object(Bucket=bucket, Key="moves/k", Body=b"x" * 200_000)
s3.put_object(Bucket=bucket, Key="ends/k", Body=b"x")
s3.put_bucket_lifecycle_configuration(
    Bucket=bucket,
    LifecycleConfiguration={"Rules": [
        {"ID": "moves", "Status": "Enabled", "Filter": {"Prefix": "moves/"},
         "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]},
        {"ID": "ends", "Status": "Enabled", "Filter": {"Prefix": "ends/"}, "Expiration": {"Days": 1}},
    ]},
)
print("done")
