"""IAM and STS as boto3 does them; `iam.spec.mjs` runs it. Prints `done`, or fails where it stands."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]


def client(service, credentials=None):
    given = {} if credentials is None else {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials.get("SessionToken"),
    }
    return boto3.client(service, endpoint_url=ENDPOINT, **given)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found == code, f"{found} instead of {code}"
    else:
        raise AssertionError(f"{code} expected")


iam = client("iam")
account = client("sts").get_caller_identity()["Account"]
assert iam.get_user()["User"]["Arn"].endswith(":root")

user = iam.create_user(UserName="boto")["User"]
key = iam.create_access_key(UserName="boto")["AccessKey"]
assert len(iam.list_access_keys(UserName="boto")["AccessKeyMetadata"]) == 1

# One role may assume the other; tags go along.
outer = iam.create_role(
    RoleName="outer",
    AssumeRolePolicyDocument=document({
        "Effect": "Allow",
        "Principal": {"AWS": user["Arn"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }),
)["Role"]
inner = iam.create_role(
    RoleName="inner",
    AssumeRolePolicyDocument=document({
        "Effect": "Allow",
        "Principal": {"AWS": outer["Arn"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    }),
)["Role"]
# Python's clients see the documents decoded.
assert inner["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == outer["Arn"]
iam.put_role_policy(
    RoleName="inner",
    PolicyName="own-folder",
    PolicyDocument=document(
        {"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::boto-iam/${aws:PrincipalTag/team}/*",
        },
    ),
)
first = client("sts", key).assume_role(
    RoleArn=outer["Arn"],
    RoleSessionName="first",
    Tags=[{"Key": "team", "Value": "red"}],
    TransitiveTagKeys=["team"],
)
untagged = client("sts", key).assume_role(RoleArn=outer["Arn"], RoleSessionName="plain")
refused(
    "AccessDenied",
    client("sts", untagged["Credentials"]).assume_role,
    RoleArn=inner["Arn"],
    RoleSessionName="second",
)
second = client("sts", first["Credentials"]).assume_role(
    RoleArn=inner["Arn"], RoleSessionName="second"
)
assert second["AssumedRoleUser"]["Arn"].endswith("assumed-role/inner/second")
s3 = client("s3", second["Credentials"])
s3.create_bucket(Bucket="boto-iam")
s3.put_object(Bucket="boto-iam", Key="red/x", Body=b"x")
refused("AccessDenied", s3.put_object, Bucket="boto-iam", Key="blue/x", Body=b"x")

# A changed token, and one beside the wrong key.
spoilt = dict(second["Credentials"], SessionToken=first["Credentials"]["SessionToken"])
refused("InvalidToken", client("s3", spoilt).list_buckets)
refused("InvalidClientTokenId", client("sts", spoilt).get_caller_identity)

federated = client("sts").get_federation_token(
    Name="guest", Policy=document({"Effect": "Allow", "Action": "s3:List*", "Resource": "*"})
)
assert federated["FederatedUser"]["Arn"] == f"arn:aws:sts::{account}:federated-user/guest"
guest = client("s3", federated["Credentials"])
assert len(guest.list_buckets()["Buckets"]) >= 1
refused("AccessDenied", guest.create_bucket, Bucket="boto-guest")

policy = iam.create_policy(
    PolicyName="versions", PolicyDocument=document({"Effect": "Allow", "Action": "*", "Resource": "*"})
)["Policy"]
for _ in range(4):
    iam.create_policy_version(
        PolicyArn=policy["Arn"],
        PolicyDocument=document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        SetAsDefault=True,
    )
try:
    iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=document(
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    ))
    raise AssertionError("a sixth version")
except iam.exceptions.LimitExceededException:
    pass
pages = iam.get_paginator("list_policies").paginate(Scope="All", PaginationConfig={"PageSize": 2})
names = [found["PolicyName"] for page in pages for found in page["Policies"]]
assert "versions" in names and "AdministratorAccess" in names, names

print("done")
