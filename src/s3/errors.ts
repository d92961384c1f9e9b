// The one table of error codes: code -> HTTP status and AWS's default message. A typo does not
// compile. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html

export const errorTable = {
  AccessControlListNotSupported: [400, "The bucket does not allow ACLs"],
  AccessDenied: [403, "Access Denied"],
  AccessForbidden: [
    403,
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
  ],
  AccessPointAlreadyOwnedByYou: [409, "You already have an access point with the same name."],
  AccountProblem: [
    403,
    "There is a problem with your AWS account that prevents the operation from completing successfully.",
  ],
  AllAccessDisabled: [403, "All access to this object has been disabled."],
  AmbiguousGrantByEmailAddress: [
    400,
    "The email address you provided is associated with more than one account.",
  ],
  AnnotationLimitExceeded: [400, "The object has reached the maximum number of annotations."],
  AnnotationNameTooLong: [400, "The annotation name you provided is too long."],
  AuthorizationHeaderMalformed: [400, "The authorization header you provided is invalid."],
  AuthorizationQueryParametersError: [400, "Error parsing the query authorization parameters."],
  BadDigest: [
    400,
    "The Content-MD5 or checksum value that you specified did not match what the server received.",
  ],
  BadRequest: [400, "Bad Request"],
  BucketAlreadyExists: [
    409,
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
  ],
  BucketAlreadyOwnedByYou: [
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
  ],
  BucketHasAccessPointsAttached: [
    400,
    "The bucket you tried to delete has access points attached.",
  ],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty"],
  ConditionalRequestConflict: [
    409,
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
  ],
  CredentialsNotSupported: [400, "This request does not support credentials."],
  CrossLocationLoggingProhibited: [
    403,
    "Cross-Region logging is not allowed. Buckets in one location cannot log to a bucket in another location.",
  ],
  DeviceNotActiveError: [400, "The device is not currently active."],
  DuplicateRequest: [400, "A request with the same token was already made with other parameters."],
  EncryptionTypeMismatch: [
    400,
    "The encryption type of the request does not match the encryption type of the object.",
  ],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed size"],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
  ExpiredToken: [400, "The provided token has expired."],
  IdempotencyParameterMismatch: [
    400,
    "Parameters on this idempotent request are inconsistent with parameters used in previous request(s).",
  ],
  IdMismatch: [400, "Document ID does not match the specified configuration ID."],
  IllegalLocationConstraintException: [
    400,
    "The specified location constraint is not compatible with the region this request was sent to.",
  ],
  IllegalVersioningConfigurationException: [
    400,
    "The versioning configuration specified in the request is invalid.",
  ],
  IncompleteBody: [
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  ],
  IncorrectEndpoint: [
    400,
    "The specified bucket exists in another Region. Direct requests to the correct endpoint.",
  ],
  IncorrectNumberOfFilesInPostRequest: [400, "POST requires exactly one file upload per request."],
  InlineDataTooLarge: [400, "Inline data exceeds the maximum allowed size."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId: [403, "The AWS Access Key Id you provided does not exist in our records."],
  InvalidAclRequest: [400, "The ACL request is invalid."],
  InvalidAddressingHeader: [400, "You must specify the anonymous role."],
  InvalidAnnotationName: [400, "The annotation name you provided is not valid."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketAclWithBlockPublicAccessError: [
    400,
    "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
  ],
  InvalidBucketAclWithObjectOwnership: [
    400,
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  ],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidBucketOwnerAWSAccountID: [
    400,
    "The value of the expected bucket owner parameter must be an AWS account ID.",
  ],
  InvalidBucketState: [409, "The request is not valid with the current state of the bucket."],
  InvalidChunkSizeError: [
    400,
    "Only the last chunk is allowed to have a size less than 8192 bytes",
  ],
  InvalidConfigurationId: [400, "The specified configuration id is invalid."],
  InvalidDigest: [400, "The Content-MD5 or checksum value that you specified is not valid."],
  InvalidEncryptionAlgorithmError: [
    400,
    "The encryption request you specified is not valid. Supported value: AES256.",
  ],
  InvalidHostHeader: [
    400,
    "The host headers provided in the request used the incorrect style addressing.",
  ],
  InvalidHttpMethod: [400, "The request was made with an unexpected HTTP method."],
  InvalidInventoryDestination: [400, "The destination for the inventory is not valid."],
  InvalidLocationConstraint: [400, "The specified location-constraint is not valid"],
  InvalidNamespaceHeader: [
    400,
    "The x-amz-bucket-namespace header value does not match the namespace of the bucket name.",
  ],
  InvalidObjectState: [403, "The operation is not valid for the object's storage class"],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  ],
  InvalidPartNumber: [416, "The requested partnumber is not satisfiable"],
  InvalidPartOrder: [
    400,
    "The list of parts was not in ascending order. Parts must be ordered by part number.",
  ],
  InvalidPayer: [403, "All access to this object has been disabled."],
  InvalidPolicyDocument: [
    400,
    "The content of the form does not meet the conditions specified in the policy document.",
  ],
  InvalidPrefix: [400, "The prefix you specified is not valid."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRedirectLocation: [
    400,
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
  ],
  InvalidRegion: [403, "The specified Region is not valid."],
  InvalidRequest: [400, "Invalid Request"],
  InvalidRetentionPeriod: [400, "The retention period specified is not valid."],
  InvalidS3DestinationBucket: [400, "Invalid bucket ARN."],
  InvalidSecurity: [403, "The provided security credentials are not valid."],
  InvalidSessionException: [
    400,
    "Returned if the session doesn't exist anymore because it timed out or expired.",
  ],
  InvalidSignature: [
    400,
    "The request signature that the server calculated does not match the signature that you provided.",
  ],
  InvalidSOAPRequest: [400, "The SOAP request body is invalid."],
  InvalidStorageClass: [400, "The storage class you specified is not valid"],
  InvalidTag: [
    400,
    "The tag provided was not a valid tag. This error can occur if the tag did not pass input validation.",
  ],
  InvalidTargetBucketForLogging: [
    400,
    "The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group.",
  ],
  InvalidToken: [400, "The provided token is malformed or otherwise invalid."],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  InvalidWriteOffset: [
    400,
    "The write offset value that you specified does not match the current object size.",
  ],
  KeyTooLongError: [400, "Your key is too long"],
  "KMS.DisabledException": [
    400,
    "The request was rejected because the specified KMS key is not enabled.",
  ],
  "KMS.InvalidKeyUsageException": [
    400,
    "The request was rejected because the KMS key cannot be used for this operation.",
  ],
  "KMS.InvalidStateException": [
    400,
    "The request was rejected because the state of the specified KMS key is not valid for this request.",
  ],
  "KMS.KMSInvalidStateException": [
    400,
    "The request was rejected because the state of the specified KMS key is not valid for this request.",
  ],
  "KMS.NotFoundException": [400, "Invalid keyId"],
  MalformedACLError: [
    400,
    "The XML you provided was not well-formed or did not validate against our published schema",
  ],
  MalformedPolicy: [400, "The policy is not in the valid JSON format."],
  MalformedPOSTRequest: [
    400,
    "The body of your POST request is not well-formed multipart/form-data.",
  ],
  MalformedTrailerError: [
    400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
  ],
  MalformedXML: [
    400,
    "The XML you provided was not well-formed or did not validate against our published schema",
  ],
  MaxMessageLengthExceeded: [400, "Your request was too big."],
  // What the wire shows; the table of errors on AWS's page has the next one.
  MaxPostPreDataLengthExceeded: [
    400,
    "Your POST request fields preceeding the upload file was too large.",
  ],
  MaxPostPreDataLengthExceededError: [
    400,
    "Your POST request fields preceding the upload file were too large.",
  ],
  MetadataConfigurationNotFound: [404, "The metadata configuration does not exist."],
  MetadataTableConfigurationNotFound: [404, "The metadata table configuration does not exist."],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingAttachment: [400, "A SOAP attachment was expected, but none was found."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  MissingNamespaceHeader: [
    400,
    "The bucket name has the account-regional namespace suffix, but the x-amz-bucket-namespace header is missing.",
  ],
  MissingRequestBodyError: [400, "Request Body is empty"],
  MissingSecurityElement: [400, "The SOAP 1.1 request is missing a security element."],
  MissingSecurityHeader: [400, "Your request was missing a required header"],
  NoLoggingStatusForKey: [
    400,
    "There is no such thing as a logging status sub-resource for a key.",
  ],
  NoSuchAnnotation: [404, "The specified annotation does not exist."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchBucketPolicy: [404, "The specified bucket does not have a bucket policy."],
  NoSuchConfiguration: [404, "The specified configuration does not exist."],
  NoSuchCORSConfiguration: [404, "The CORS configuration does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchLifecycleConfiguration: [404, "The lifecycle configuration does not exist"],
  NoSuchObjectLockConfiguration: [
    404,
    "The specified object does not have a ObjectLock configuration",
  ],
  NoSuchPublicAccessBlockConfiguration: [
    404,
    "The public access block configuration was not found",
  ],
  NoSuchTagSet: [404, "The TagSet does not exist"],
  NoSuchUpload: [
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
  ],
  NoSuchVersion: [404, "The specified version does not exist."],
  NoSuchWebsiteConfiguration: [404, "The specified bucket does not have a website configuration"],
  NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
  NotModified: [304, ""],
  NotSignedUp: [403, "Your account is not signed up for the Amazon S3 service."],
  ObjectAlreadyInActiveTierError: [403, "This object is already in the active tier"],
  ObjectLockConfigurationNotFoundError: [
    404,
    "Object Lock configuration does not exist for this bucket",
  ],
  ObjectNotInActiveTierError: [
    403,
    "The source object of the COPY action is not in the active tier",
  ],
  OperationAborted: [
    409,
    "A conflicting conditional operation is currently in progress against this resource. Please try again.",
  ],
  OwnershipControlsNotFoundError: [404, "The bucket ownership controls were not found"],
  PermanentRedirect: [
    301,
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
  ],
  PolicyTooLarge: [400, "The policy is larger than the maximum allowed size."],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  Redirect: [
    307,
    "Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.",
  ],
  ReplicationConfigurationNotFoundError: [404, "The replication configuration was not found"],
  RequestHeaderSectionTooLarge: [
    400,
    "The request header and query parameters used to make the request exceed the maximum allowed size.",
  ],
  RequestIsNotMultiPartContent: [
    412,
    "Bucket POST must be of the enclosure-type multipart/form-data.",
  ],
  RequestTimeout: [
    400,
    "Your socket connection to the server was not read from or written to within the timeout period.",
  ],
  RequestTimeTooSkewed: [
    403,
    "The difference between the request time and the current time is too large.",
  ],
  RequestTorrentOfBucketError: [400, "Requesting the torrent file of a bucket is not permitted."],
  RestoreAlreadyInProgress: [409, "Object restore is already in progress"],
  ServerSideEncryptionConfigurationNotFoundError: [
    404,
    "The server side encryption configuration was not found",
  ],
  ServiceUnavailable: [503, "Service is unable to handle request."],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  ],
  SlowDown: [503, "Please reduce your request rate."],
  TemporaryRedirect: [
    307,
    "You are being redirected to the bucket while the DNS server is being updated.",
  ],
  TokenCodeInvalidError: [400, "The serial number and/or token code you provided is not valid."],
  TokenRefreshRequired: [400, "The provided token must be refreshed."],
  TooManyAccessPoints: [
    400,
    "You have attempted to create more access points than are allowed for an account.",
  ],
  TooManyBuckets: [400, "You have attempted to create more buckets than allowed"],
  TooManyConfigurations: [
    400,
    "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.",
  ],
  TooManyParts: [400, "You have attempted to append more parts than are allowed for an object."],
  UnauthorizedAccessError: [403, "You are not authorized to perform this operation."],
  UnexpectedContent: [400, "This request contains unsupported content."],
  UnresolvableGrantByEmailAddress: [
    400,
    "The email address you provided does not match any account on record.",
  ],
  UnsupportedArgument: [400, "The request contained an unsupported argument."],
  UnsupportedMediaType: [415, "The media type of the request is not supported."],
  UnsupportedSignature: [
    400,
    "The provided request is signed with an unsupported STS Token version or the signature version is not supported.",
  ],
  UserKeyMustBeSpecified: [
    400,
    "The bucket POST request must contain the specified field name. If it is specified, check the order of the fields.",
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type S3ErrorCode = keyof typeof errorTable;

/** Extra elements of the error document (`Resource`, `BucketName`, ...), in the order given. */
export type ErrorDetail = Readonly<Record<string, string>>;

/**
 * A refusal the client is meant to read. `message` overrides the table's default text; `detail`
 * becomes extra XML elements; `headers` are added to the response.
 */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly detail: ErrorDetail;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: S3ErrorCode,
    message?: string,
    extra: {
      detail?: ErrorDetail;
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(message ?? errorTable[code][1], { cause: extra.cause });
    this.name = "S3Error";
    this.code = code;
    this.status = errorTable[code][0];
    this.detail = extra.detail ?? {};
    this.headers = extra.headers ?? {};
  }
}
