// What the admin API answers to GET, kept by its path, so that screens that ask the same share it.

import { queryOptions } from "@tanstack/react-query";

/** `adminQuery<Status>("/status")`. Everything below `["admin", ...]` is dropped by one invalidation. */
export const adminQuery = <Answer>(path: string) =>
  queryOptions({
    queryKey: ["admin", path],
    queryFn: async (): Promise<Answer> => {
      const { admin } = await import("../clients/admin.ts");
      return admin<Answer>("GET", path);
    },
  });

/** A path with its query string; what is empty or absent is left out. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
