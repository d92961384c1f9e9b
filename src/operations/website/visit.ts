// One visit to a website, step by step: redirects, the key or its folder's index document, rules for
// failures, the error document, and the page of our own at last. Every key is read through `read`,
// as an anonymous GetObject that the policies must allow: nothing here can see more than that.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html

import { asS3Error } from "../../s3/error-response.ts";
import type { S3Error } from "../../s3/errors.ts";
import { maximumKeyBytes, utf8Length } from "../../s3/target.ts";
import type { Website } from "../bucket/bucket-website.ts";
import { renderErrorPage } from "./error-page.ts";
import {
  type Place,
  type Redirect,
  redirectAll,
  redirectOfObject,
  redirectToFolder,
  routeVisit,
} from "./routing.ts";

export interface Visit {
  readonly website: Website;
  readonly place: Place;
  readonly method: "GET" | "HEAD";
  readonly requestId: string;
  readonly hostId: string;
  /**
   * GetObject or HeadObject as nobody in particular, without conditions and range when it `isWhole`.
   * Throws S3Error.
   */
  read(key: string, wish: { method: "GET" | "HEAD"; isWhole: boolean }): Promise<Response>;
}

/** Answers a visit; what is refused becomes a page. Throws only what is no S3Error. */
export async function answerVisit(visit: Visit): Promise<Response> {
  const { website, place, method } = visit;
  if (website.RedirectAllRequestsTo !== undefined) {
    return redirect(visit, redirectAll(website.RedirectAllRequestsTo, place));
  }
  const rules = website.RoutingRules ?? [];
  const route = routeVisit(rules, place);
  if (route !== undefined) return redirect(visit, route);
  const suffix = website.IndexDocument?.Suffix ?? "";
  const isFolder = place.key === "" || place.key.endsWith("/");
  try {
    const key = isFolder ? place.key + suffix : place.key;
    return await follow(visit, await visit.read(key, { method, isWhole: false }));
  } catch (error) {
    const refusal = refusalOf(error);
    if (!isFolder && isAbsence(refusal) && (await isReadable(visit, `${place.key}/${suffix}`))) {
      return redirect(visit, redirectToFolder(place));
    }
    const further = routeVisit(rules, place, refusal.status);
    if (further !== undefined) return redirect(visit, further);
    return showError(visit, refusal);
  }
}

/** The object, or where it redirects to instead. */
async function follow(visit: Visit, answer: Response): Promise<Response> {
  const location = answer.headers.get("x-amz-website-redirect-location");
  if (location === null) return answer;
  await answer.body?.cancel();
  return redirect(visit, redirectOfObject(location, visit.place));
}

/** Refusals are shown; anything else is our own fault, and the caller's to log. */
function refusalOf(error: unknown): S3Error {
  const refusal = asS3Error(error);
  if (refusal.code === "InternalError") throw error;
  return refusal;
}

/** What is missing looks denied to those who may not list. */
function isAbsence({ code }: S3Error): boolean {
  return code === "NoSuchKey" || code === "AccessDenied";
}

async function isReadable(visit: Visit, key: string): Promise<boolean> {
  if (utf8Length(key) > maximumKeyBytes) return false;
  try {
    await visit.read(key, { method: "HEAD", isWhole: true });
    return true;
  } catch (error) {
    refusalOf(error);
    return false;
  }
}

/** The site's own document under the refusal's status; it is for the visitor's mistakes alone. */
async function showError(visit: Visit, refusal: S3Error): Promise<Response> {
  const key = visit.website.ErrorDocument?.Key;
  const isVisitors = refusal.status >= 400 && refusal.status < 500;
  if (key === undefined || !isVisitors) return renderErrorPage(refusal, visit);
  try {
    const { method } = visit;
    const answer = await follow(visit, await visit.read(key, { method, isWhole: true }));
    if (answer.status !== 200) return answer;
    const headers = new Headers(answer.headers);
    headers.set("x-amz-error-code", refusal.code);
    headers.set("x-amz-error-message", refusal.message);
    const { status } = refusal;
    return new Response(answer.body, { status, headers, encodeBody: "manual" });
  } catch (error) {
    return renderErrorPage(refusal, { ...visit, documentRefusal: refusalOf(error) });
  }
}

function redirect(visit: Visit, { status, location }: Redirect): Response {
  return new Response(null, {
    status,
    headers: {
      location,
      "content-length": "0",
      "x-amz-request-id": visit.requestId,
      "x-amz-id-2": visit.hostId,
    },
  });
}
