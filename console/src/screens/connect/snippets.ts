// The snippets of the connect page: one text per client, for this endpoint. Pure.

import { shellQuote } from "../../components/show-as-text.ts";

export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
}

export interface Client {
  readonly id: string;
  readonly label: string;
  snippet(place: Place): string;
}

/** Without the scheme, for clients that take them apart. */
const hostOf = ({ endpoint }: Place): string => endpoint.replace(/^https?:\/\//, "");
const isSecure = ({ endpoint }: Place): boolean => endpoint.startsWith("https:");

const environment = ({ endpoint, region }: Place): string =>
  [
    `export AWS_ENDPOINT_URL=${shellQuote(endpoint)}`,
    // The older command line reads only the second.
    `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    "export AWS_ACCESS_KEY_ID=AKIA...",
    "export AWS_SECRET_ACCESS_KEY=...",
  ].join("\n");

/** How DuckDB comes to know this endpoint. */
export const duckdbSecret = (place: Place): string => `CREATE SECRET cairn (
  TYPE s3, KEY_ID 'AKIA...', SECRET '...', REGION '${place.region}',
  ENDPOINT '${hostOf(place)}', URL_STYLE 'path', USE_SSL ${isSecure(place)}
);`;

export const clients: readonly Client[] = [
  {
    id: "cli",
    label: "AWS CLI",
    snippet: (place) =>
      [
        environment(place),
        "",
        `aws --endpoint-url "$AWS_ENDPOINT_URL" s3 ls s3://${place.bucket}/`,
        `aws --endpoint-url "$AWS_ENDPOINT_URL" s3 cp photo.jpg s3://${place.bucket}/`,
        `aws --endpoint-url "$AWS_ENDPOINT_URL" s3 sync ./folder s3://${place.bucket}/folder`,
      ].join("\n"),
  },
  {
    id: "boto3",
    label: "boto3",
    snippet: ({ endpoint, region, bucket }) => `import boto3

s3 = boto3.client(
    "s3",
    endpoint_url="${endpoint}",
    region_name="${region}",
    aws_access_key_id="AKIA...",
    aws_secret_access_key="...",
)
s3.upload_file("photo.jpg", "${bucket}", "photo.jpg")
print([item["Key"] for item in s3.list_objects_v2(Bucket="${bucket}").get("Contents", [])])`,
  },
  {
    id: "javascript",
    label: "JavaScript",
    snippet: ({
      endpoint,
      region,
      bucket,
    }) => `import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const client = new S3Client({
  endpoint: "${endpoint}",
  region: "${region}",
  forcePathStyle: true,
  credentials: { accessKeyId: "AKIA...", secretAccessKey: "..." },
});
await client.send(new PutObjectCommand({ Bucket: "${bucket}", Key: "hello.txt", Body: "Hello" }));`,
  },
  {
    id: "go",
    label: "Go",
    snippet: ({ endpoint, region, bucket }) => `package main

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion("${region}"),
		config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider("AKIA...", "...", "")))
	if err != nil {
		log.Fatal(err)
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.BaseEndpoint = aws.String("${endpoint}")
		o.UsePathStyle = true
	})
	out, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("${bucket}")})
	if err != nil {
		log.Fatal(err)
	}
	for _, object := range out.Contents {
		fmt.Println(*object.Key, *object.Size)
	}
}`,
  },
  {
    id: "rclone",
    label: "rclone",
    snippet: ({ endpoint, region, bucket }) => `rclone config create cairn s3 \\
  provider=Other endpoint=${shellQuote(endpoint)} region=${region} force_path_style=true \\
  access_key_id=AKIA... secret_access_key=...

rclone copy ./folder cairn:${bucket}/folder --progress
rclone ls cairn:${bucket}`,
  },
  {
    id: "terraform",
    label: "Terraform",
    snippet: ({ endpoint, region, bucket }) => `provider "aws" {
  region                      = "${region}"
  access_key                  = "AKIA..."
  secret_key                  = "..."
  s3_use_path_style           = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = false
  endpoints {
    s3  = "${endpoint}"
    iam = "${endpoint}"
    sts = "${endpoint}"
    kms = "${endpoint}"
  }
}

# State with locks, no table needed:
terraform {
  backend "s3" {
    bucket         = "${bucket}"
    key            = "terraform.tfstate"
    region         = "${region}"
    access_key     = "AKIA..."
    secret_key     = "..."
    use_lockfile   = true
    use_path_style = true
    # Without the latter two Amazon would be asked whose key this is.
    endpoints = {
      s3  = "${endpoint}"
      iam = "${endpoint}"
      sts = "${endpoint}"
    }
  }
}`,
  },
  {
    id: "duckdb",
    label: "DuckDB",
    snippet: (place) => `${duckdbSecret(place)}
SELECT * FROM read_parquet('s3://${place.bucket}/data/*.parquet') LIMIT 10;`,
  },
  {
    id: "spark",
    label: "Spark",
    snippet: ({ endpoint, region, bucket }) => `spark-shell \\
  --packages org.apache.hadoop:hadoop-aws:3.4.1 \\
  --conf spark.hadoop.fs.s3a.endpoint=${shellQuote(endpoint)} \\
  --conf spark.hadoop.fs.s3a.endpoint.region=${region} \\
  --conf spark.hadoop.fs.s3a.path.style.access=true \\
  --conf spark.hadoop.fs.s3a.access.key=AKIA... \\
  --conf spark.hadoop.fs.s3a.secret.key=...

spark.read.parquet("s3a://${bucket}/data").show()`,
  },
  {
    id: "restic",
    label: "restic",
    snippet: (place) => `${environment(place)}
export RESTIC_PASSWORD=...

restic -r s3:${place.endpoint}/${place.bucket}/backup init
restic -r s3:${place.endpoint}/${place.bucket}/backup backup ~/Documents`,
  },
  {
    id: "s3cmd",
    label: "s3cmd",
    snippet: (place) => `s3cmd --access_key=AKIA... --secret_key=... \\
  --host=${hostOf(place)} --host-bucket=${hostOf(place)} ${isSecure(place) ? "--ssl" : "--no-ssl"} \\
  --region=${place.region} ls s3://${place.bucket}/`,
  },
  { id: "cyberduck", label: "Cyberduck", snippet: renderProfile },
];

/** Kept as `cairn.cyberduckprofile` and opened; of those it brings along none is for paths. */
function renderProfile(place: Place): string {
  const { endpoint, region, bucket } = place;
  const { protocol, hostname, port } = new URL(endpoint);
  const scheme = protocol.slice(0, -1);
  const facts = [
    ["Protocol", "s3"],
    ["Vendor", "cairn"],
    ["Description", `Cairn at ${hostOf(place)}`],
    ["Scheme", scheme],
    ["Default Hostname", hostname],
    ["Default Port", port || (scheme === "https" ? "443" : "80")],
    ["Default Path", `/${bucket}`],
    ["Region", region],
    ["Username Placeholder", "AKIA..."],
  ].map(([name, value]) => `  <key>${name}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"
  "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
${facts.join("\n")}
  <key>Hostname Configurable</key><true/>
  <key>Port Configurable</key><true/>
  <key>Properties</key><dict>
    <key>s3.bucket.virtualhost.disable</key><true/>
  </dict>
</dict></plist>`;
}
