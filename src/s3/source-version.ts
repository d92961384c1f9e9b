// The metadata by which an object says of which version it is a replica, on servers that have no other
// place for it.

/**
 * Where a server without our ids is told of which version an object is; user metadata, without its
 * `x-amz-meta-`. The id of the version that was sent, then those that it was made from, server by
 * server, newest first.
 */
export const sourceVersionMember = "cairn-source-version-id";
