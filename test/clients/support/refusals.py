"""Calls of boto3 that must be refused, with the code and the status that S3 gives."""

from botocore.exceptions import ClientError


def refused(code, status, function, **parameters):
    """The answer of the refusal; fails where the call is granted, or refused in another way."""
    try:
        function(**parameters)
    except ClientError as error:
        told = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert told == (code, status), told
        return error.response
    raise AssertionError(f"{code} was expected")
