// Pictures, films, sounds: elements that run nothing of what they show.

import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { useQuery } from "@tanstack/react-query";
import { s3Client } from "../../../clients/s3.ts";
import { formatBytes } from "../../../components/format.ts";
import { Empty } from "../../../components/parts.tsx";
import { safeText } from "../../../components/safe-text.tsx";
import { object as text } from "../../../messages/en/object.ts";
import { inputOf, readRange } from "../place.ts";
import { readAsUrl } from "./data-url.ts";
import { type PreviewProps, Result } from "./index.tsx";
import { imageType } from "./kind.ts";

const largestImage = 32 * 1024 * 1024;

/** As a data URL: a picture opened on its own is then of no origin, an SVG too. */
export function ImagePreview({ place, head }: PreviewProps) {
  const sizeBytes = head.ContentLength ?? 0;
  const isTooLarge = sizeBytes > largestImage;
  const query = useQuery({
    queryKey: ["image", place, head.ETag],
    enabled: !isTooLarge,
    gcTime: 60_000,
    queryFn: async () => {
      const type = imageType(place.key, head.ContentType ?? "") ?? "image/png";
      const bytes = await readRange(place, 0, sizeBytes);
      return readAsUrl(new Blob([bytes], { type }));
    },
  });
  if (isTooLarge) {
    return <Empty title={text("tooLarge")}>{formatBytes(sizeBytes)}</Empty>;
  }
  return (
    <Result
      query={query}
      render={(url) => <img className="preview-image" src={url} alt={safeText(place.key)} />}
    />
  );
}

const linkSeconds = 3600;

/** Streams from a presigned link, so that seeking reads what is needed. */
export function MediaPreview({ kind, place }: PreviewProps & { readonly kind: "video" | "audio" }) {
  const query = useQuery({
    queryKey: ["media", place],
    staleTime: linkSeconds * 500,
    queryFn: () =>
      getSignedUrl(s3Client(), new GetObjectCommand(inputOf(place)), { expiresIn: linkSeconds }),
  });
  const name = safeText(place.key);
  return (
    <Result
      query={query}
      render={(url) =>
        kind === "video" ? (
          // biome-ignore lint/a11y/useMediaCaption: captions are the owner's to have
          <video className="preview-video" src={url} controls aria-label={name} />
        ) : (
          // biome-ignore lint/a11y/useMediaCaption: likewise
          <audio src={url} controls aria-label={name} />
        )
      }
    />
  );
}
