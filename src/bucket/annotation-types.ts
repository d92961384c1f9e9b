// What crosses RPC about annotations: named texts beside a version's content. As `types.ts`: plain
// data, outcomes tagged, additive between releases.

import type { Checksum } from "../s3/content.ts";
import type { CallFacts, Refusal, Version } from "./types.ts";

/** What is known of an annotation besides its text. */
export interface AnnotationFacts {
  readonly name: string;
  readonly modifiedAtMs: number;
  /** Of the text in UTF-8. */
  readonly sizeBytes: number;
  /** MD5 of it, hex, without quotes. */
  readonly etag: string;
  readonly checksum: Checksum;
}

/** The version an annotation belongs to. */
export interface AnnotatedRequest extends CallFacts {
  readonly key: string;
  /** Public version id, `"null"` included; absent for the current version. */
  readonly versionId?: string;
  /** `x-amz-object-if-match`: the version's entity tag without quotes, or `*`. */
  readonly objectIfMatch?: string;
}

/** Why there is no version to speak of. */
export type AnnotatedRefusal =
  | Refusal
  | { readonly kind: "no-such-key" }
  | { readonly kind: "no-such-version" }
  | { readonly kind: "delete-marker"; readonly marker: Version }
  | { readonly kind: "precondition-failed"; readonly condition: string };

export interface PutAnnotationRequest extends AnnotatedRequest {
  readonly annotation: Omit<AnnotationFacts, "modifiedAtMs">;
  /** At most 1 MiB of UTF-8. */
  readonly text: string;
}

export type PutAnnotationOutcome =
  | AnnotatedRefusal
  | { readonly kind: "stored"; readonly version: Version }
  /** The content is under a customer's key: what is beside it could not be. */
  | { readonly kind: "customer-key" }
  | { readonly kind: "too-many" };

export interface NamedAnnotationRequest extends AnnotatedRequest {
  readonly name: string;
}

export type GetAnnotationOutcome =
  | AnnotatedRefusal
  | {
      readonly kind: "found";
      readonly version: Version;
      readonly annotation: AnnotationFacts;
      readonly text: string;
    }
  | { readonly kind: "no-such-annotation" };

/** One that is not there is deleted all the same. */
export type DeleteAnnotationOutcome =
  | AnnotatedRefusal
  | { readonly kind: "deleted"; readonly version: Version };

export interface ListAnnotationsRequest extends AnnotatedRequest {
  readonly prefix: string;
  /** Names strictly after this one, UTF-8 binary order. */
  readonly after?: string;
  readonly limit: number;
}

export type ListAnnotationsOutcome =
  | AnnotatedRefusal
  | {
      readonly kind: "page";
      readonly version: Version;
      readonly annotations: readonly AnnotationFacts[];
      readonly isTruncated: boolean;
    };
