"""ACLs and ownership as boto3 uses them, under the defaults that buckets had before April 2023.

What the public conformance suite for S3 (ceph/s3-tests) asserts of ACLs, in our own words.
`acl.spec.mjs` runs it with an endpoint and the keys of a second account. Stops at the first thing
that is wrong, with a traceback; says `done` at the end.
"""

import sys
import uuid

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, other_key, other_secret, other_id, other_email = sys.argv[1:6]


def client_of(**more):
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, **more.pop("config", {}))
    return boto3.client("s3", endpoint_url=endpoint, config=config, **more)


owner = client_of()
other = client_of(aws_access_key_id=other_key, aws_secret_access_key=other_secret)
nobody = client_of(config={"signature_version": UNSIGNED})
ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
SIGNED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
owner_id = owner.list_buckets()["Owner"]["ID"]


def refused(status, code, function, **parameters):
    try:
        function(**parameters)
    except ClientError as error:
        told = (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
        assert told == (status, code), told
        return
    raise AssertionError(f"{status} {code} was expected")


def denied(function, **parameters):
    refused(403, "AccessDenied", function, **parameters)


def bucket_of(**more):
    name = f"acl-{uuid.uuid4()}"
    owner.create_bucket(Bucket=name, **more)
    return name


def grants_of(answer):
    told = [(g["Grantee"].get("ID") or g["Grantee"].get("URI"), g["Permission"]) for g in answer["Grants"]]
    return sorted(told)


def user(permission, id=None):
    return {"Grantee": {"Type": "CanonicalUser", "ID": id or other_id}, "Permission": permission}


OWNED = (owner_id, "FULL_CONTROL")
CANNED = {
    "private": [],
    "public-read": [(ALL, "READ")],
    "public-read-write": [(ALL, "READ"), (ALL, "WRITE")],
    "authenticated-read": [(SIGNED, "READ")],
}


def classic_defaults():
    name = bucket_of()
    refused(404, "OwnershipControlsNotFoundError", owner.get_bucket_ownership_controls, Bucket=name)
    refused(404, "NoSuchPublicAccessBlockConfiguration", owner.get_public_access_block, Bucket=name)
    assert owner.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"] is False
    told = owner.get_bucket_acl(Bucket=name)
    assert told["Owner"]["ID"] == owner_id and told["Grants"][0]["Grantee"]["DisplayName"], told
    assert grants_of(told) == [OWNED], told


def canned_of_bucket():
    for acl, grants in CANNED.items():
        name = bucket_of(ACL=acl)
        assert grants_of(owner.get_bucket_acl(Bucket=name)) == sorted([OWNED, *grants])
        owner.put_bucket_acl(Bucket=name, ACL="private")
        assert grants_of(owner.get_bucket_acl(Bucket=name)) == [OWNED]
        owner.put_bucket_acl(Bucket=name, ACL=acl)
        assert grants_of(owner.get_bucket_acl(Bucket=name)) == sorted([OWNED, *grants])


def canned_of_object():
    name = bucket_of()
    for acl, grants in CANNED.items():
        owner.put_object(Bucket=name, Key="k", ACL=acl)
        assert grants_of(owner.get_object_acl(Bucket=name, Key="k")) == sorted([OWNED, *grants])
    owner.put_object_acl(Bucket=name, Key="k", ACL="private")
    assert grants_of(owner.get_object_acl(Bucket=name, Key="k")) == [OWNED]
    shared = bucket_of(ACL="public-read-write")
    for acl, permission in (("bucket-owner-read", "READ"), ("bucket-owner-full-control", "FULL_CONTROL")):
        other.put_object(Bucket=shared, Key="k", ACL=acl)
        told = other.get_object_acl(Bucket=shared, Key="k")
        assert told["Owner"]["ID"] == other_id, told
        assert grants_of(told) == sorted([(other_id, "FULL_CONTROL"), (owner_id, permission)]), told
        owner.get_object(Bucket=shared, Key="k")


def header_grants():
    headers = {f"Grant{name}": f"id={other_id}" for name in ("FullControl", "Read", "ReadACP", "Write", "WriteACP")}
    wanted = sorted((other_id, p) for p in ("FULL_CONTROL", "READ", "READ_ACP", "WRITE", "WRITE_ACP"))
    name = bucket_of(**headers)
    assert grants_of(owner.get_bucket_acl(Bucket=name)) == wanted
    other.put_object(Bucket=name, Key="theirs")
    other.put_bucket_acl(Bucket=name, ACL="public-read-write")
    assert owner.get_bucket_acl(Bucket=name)["Owner"]["ID"] == owner_id
    del headers["GrantWrite"]
    owner.put_object(Bucket=name, Key="ours", **headers)
    assert grants_of(owner.get_object_acl(Bucket=name, Key="ours")) == [g for g in wanted if g[1] != "WRITE"]


def grants_of_bucket():
    name = bucket_of()
    may = {
        "READ": lambda: other.list_objects(Bucket=name),
        "WRITE": lambda: other.put_object(Bucket=name, Key="k"),
        "READ_ACP": lambda: other.get_bucket_acl(Bucket=name),
        "WRITE_ACP": lambda: other.put_bucket_acl(Bucket=name, ACL="public-read"),
    }
    for permission in (*may, "FULL_CONTROL"):
        policy = {"Owner": {"ID": owner_id}, "Grants": [user("FULL_CONTROL", owner_id), user(permission)]}
        owner.put_bucket_acl(Bucket=name, AccessControlPolicy=policy)
        for asked, call in may.items():
            if permission in (asked, "FULL_CONTROL"):
                call()
            else:
                denied(call)
    denied(other.delete_bucket, Bucket=name)
    for grant, status, code in (
        (user("READ", "_foo"), 400, "InvalidArgument"),
        ({"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "nobody@x.invalid"}, "Permission": "READ"},
         400, "UnresolvableGrantByEmailAddress"),
    ):
        policy = {"Owner": {"ID": owner_id}, "Grants": [grant]}
        refused(status, code, owner.put_bucket_acl, Bucket=name, AccessControlPolicy=policy)
    email = {"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": other_email}, "Permission": "FULL_CONTROL"}
    policy = {"Owner": {"ID": owner_id}, "Grants": [user("FULL_CONTROL", owner_id), email]}
    owner.put_bucket_acl(Bucket=name, AccessControlPolicy=policy)
    assert grants_of(owner.get_bucket_acl(Bucket=name)) == sorted([OWNED, (other_id, "FULL_CONTROL")])
    other.put_object(Bucket=name, Key="by-email")


def no_grants():
    name = bucket_of()
    owner.put_object(Bucket=name, Key="k", Body=b"x")
    owner.put_bucket_acl(Bucket=name, AccessControlPolicy={"Owner": {"ID": owner_id}, "Grants": []})
    assert owner.get_bucket_acl(Bucket=name)["Grants"] == []
    owner.get_object(Bucket=name, Key="k")
    denied(owner.put_object, Bucket=name, Key="new")
    owner.put_bucket_acl(Bucket=name, ACL="private")
    owner.put_object(Bucket=name, Key="new")


def grants_of_object():
    name = bucket_of(ACL="public-read-write")
    for permission in ("FULL_CONTROL", "WRITE", "WRITE_ACP", "READ", "READ_ACP"):
        owner.put_object(Bucket=name, Key="k")
        policy = {"Owner": {"ID": owner_id}, "Grants": [user(permission)]}
        owner.put_object_acl(Bucket=name, Key="k", AccessControlPolicy=policy)
        assert grants_of(owner.get_object_acl(Bucket=name, Key="k")) == [(other_id, permission)]
    policy["Grants"] = [user("FULL_CONTROL")]
    owner.put_object_acl(Bucket=name, Key="k", AccessControlPolicy=policy)
    policy["Grants"] = [user("READ_ACP")]
    other.put_object_acl(Bucket=name, Key="k", AccessControlPolicy=policy)
    assert other.get_object_acl(Bucket=name, Key="k")["Owner"]["ID"] == owner_id


def access():
    reads = {"private": False, "public-read": True, "public-read-write": True}
    for bucket_acl in reads:
        for object_acl, is_open in reads.items():
            name = bucket_of(ACL=bucket_acl)
            owner.put_object(Bucket=name, Key="foo", Body=b"foocontent", ACL=object_acl)
            owner.put_object(Bucket=name, Key="bar", Body=b"barcontent")
            for who in (other, nobody):
                if is_open:
                    assert who.get_object(Bucket=name, Key="foo")["Body"].read() == b"foocontent"
                else:
                    denied(who.get_object, Bucket=name, Key="foo")
                denied(who.get_object, Bucket=name, Key="bar")
                if bucket_acl == "private":
                    denied(who.list_objects, Bucket=name)
                    denied(who.list_objects_v2, Bucket=name)
                    denied(who.list_object_versions, Bucket=name)
                else:
                    listed = [entry["Key"] for entry in who.list_objects(Bucket=name)["Contents"]]
                    assert listed == ["bar", "foo"], listed
                write = {"Bucket": name, "Key": "foo", "Body": b"overwritten"}
                if bucket_acl != "public-read-write":
                    denied(who.put_object, **write)
                    denied(who.delete_object, Bucket=name, Key="foo")
            if bucket_acl == "public-read-write":
                other.put_object(Bucket=name, Key="foo", Body=b"overwritten")
                other.put_object(Bucket=name, Key="new", Body=b"new")
                denied(owner.get_object, Bucket=name, Key="foo")


def uploads():
    name = bucket_of(ACL="public-read-write")
    begun = {}
    for key, who, who_id in (("multipart1", owner, owner_id), ("multipart2", other, other_id)):
        begun[key] = (who, who_id, who.create_multipart_upload(Bucket=name, Key=key)["UploadId"])
    for who in (owner, other):
        listed = who.list_multipart_uploads(Bucket=name)["Uploads"]
        for entry in listed:
            _, who_id, upload_id = begun[entry["Key"]]
            told = (entry["UploadId"], entry["Initiator"]["ID"], entry["Owner"]["ID"])
            assert told == (upload_id, who_id, who_id), told
            assert entry["Initiator"]["DisplayName"] == entry["Owner"]["DisplayName"]
    for key, (who, _, upload_id) in begun.items():
        who.abort_multipart_upload(Bucket=name, Key=key, UploadId=upload_id)


def ownership():
    for kind in ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"):
        name = bucket_of(ObjectOwnership=kind)
        rules = owner.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
        assert rules == [{"ObjectOwnership": kind}], rules
    refused(400, "InvalidBucketAclWithObjectOwnership", owner.create_bucket,
            Bucket=f"acl-{uuid.uuid4()}", ObjectOwnership="BucketOwnerEnforced", ACL="public-read")
    name = bucket_of(ACL="public-read-write")

    def own(kind):
        controls = {"Rules": [{"ObjectOwnership": kind}]}
        owner.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)

    refused(400, "InvalidBucketAclWithObjectOwnership", own, kind="BucketOwnerEnforced")
    own("BucketOwnerPreferred")
    other.put_object(Bucket=name, Key="theirs", ACL="private")
    other.put_object(Bucket=name, Key="ours", ACL="bucket-owner-full-control")
    listed = owner.list_objects_v2(Bucket=name, FetchOwner=True)["Contents"]
    assert [entry["Owner"]["ID"] for entry in listed] == [owner_id, other_id], listed
    denied(owner.get_object, Bucket=name, Key="theirs")
    owner.put_bucket_acl(Bucket=name, ACL="private")
    own("BucketOwnerEnforced")
    owner.get_object(Bucket=name, Key="theirs")
    unsupported = (400, "AccessControlListNotSupported")
    refused(*unsupported, owner.put_bucket_acl, Bucket=name, ACL="private")
    refused(*unsupported, owner.put_object, Bucket=name, Key="k", ACL="public-read")
    refused(*unsupported, owner.put_object_acl, Bucket=name, Key="ours", ACL="public-read")
    owner.put_object(Bucket=name, Key="k", ACL="bucket-owner-full-control")
    owner.delete_bucket_ownership_controls(Bucket=name)
    denied(owner.get_object, Bucket=name, Key="theirs")


def blocked():
    name = bucket_of()
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False,
             "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    owner.put_object(Bucket=name, Key="open", ACL="public-read")
    owner.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    for acl in ("public-read", "public-read-write", "authenticated-read"):
        denied(owner.put_bucket_acl, Bucket=name, ACL=acl)
        denied(owner.put_object, Bucket=name, Key="k", ACL=acl)
    nobody.get_object(Bucket=name, Key="open")
    block["IgnorePublicAcls"] = True
    owner.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    denied(nobody.get_object, Bucket=name, Key="open")
    owner.delete_public_access_block(Bucket=name)
    nobody.get_object(Bucket=name, Key="open")


def status():
    name = bucket_of(ACL="public-read")
    assert owner.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"] is True
    owner.put_bucket_acl(Bucket=name, ACL="authenticated-read")
    assert owner.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"] is True


for check in (classic_defaults, canned_of_bucket, canned_of_object, header_grants, grants_of_bucket, no_grants,
              grants_of_object, access, uploads, ownership, blocked, status):
    check()
print("done")
