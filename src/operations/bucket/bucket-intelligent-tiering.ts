// Intelligent-Tiering archive tiers: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html
//
// Differs from AWS: PutBucketIntelligentTieringConfiguration is not built yet, so no bucket has any.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { listConfigurations, requireConfiguration } from "./listed-configurations.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketIntelligentTieringConfiguration">["IntelligentTieringConfiguration"]
>;

export const getBucketIntelligentTieringConfiguration: Handler<
  "GetBucketIntelligentTieringConfiguration"
> = async (context, input) => ({
  IntelligentTieringConfiguration: await requireConfiguration<Configuration>(
    context,
    "intelligent-tiering",
    input.Id,
  ),
});

export const listBucketIntelligentTieringConfigurations: Handler<
  "ListBucketIntelligentTieringConfigurations"
> = async (context, input) => {
  const token = input.ContinuationToken;
  const { documents, page } = await listConfigurations<Configuration>(
    context,
    "intelligent-tiering",
    token,
  );
  return {
    ...page,
    ...(documents.length > 0 && { IntelligentTieringConfigurationList: documents }),
  };
};
