/**
 * A minimal S3 for archives: objects in one bucket, paged lists, and verified signatures (version 4). Faults on demand.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/
 */
import { AwsV4Signer } from "aws4fetch";

export interface S3Simulator {
  url: string;
  bucket: string;
  /** The stored objects, for tests to inspect and corrupt. */
  objects: Map<string, Uint8Array>;
  /** Makes the next `times` calls whose `METHOD key` matches fail with this status. */
  fail(match: RegExp, times: number, status?: number): void;
  calls: string[];
  env: Record<string, string>;
  stop(): Promise<void>;
}

const PAGE = 7;

export function startS3(bucket = "archives"): S3Simulator {
  const credentials = { accessKeyId: "AKIASIMULATED", secretAccessKey: "simulated/secret+key" };
  const objects = new Map<string, Uint8Array>();
  const calls: string[] = [];
  const faults: { match: RegExp; times: number; status: number }[] = [];

  const handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const key = decodeURIComponent(url.pathname.slice(bucket.length + 2));
    const call = `${request.method} ${key}`;
    calls.push(call);
    const fault = faults.find(({ match, times }) => times > 0 && match.test(call));
    if (fault) {
      fault.times -= 1;
      return refuse(fault.status, fault.status === 503 ? "SlowDown" : "InternalError");
    }
    if (!await isSigned(request, credentials)) return refuse(403, "SignatureDoesNotMatch");
    if (url.pathname.split("/")[1] !== bucket) return refuse(404, "NoSuchBucket");
    if (request.method === "GET" && url.searchParams.get("list-type") === "2") return list(url);
    const found = objects.get(key);
    switch (request.method) {
      case "PUT":
        objects.set(key, body);
        return new Response(null, { headers: { etag: '"simulated"' } });
      case "GET":
      case "HEAD":
        if (!found) return refuse(404, "NoSuchKey");
        return new Response(request.method === "GET" ? new Uint8Array(found) : null, {
          headers: { "content-length": String(found.length) },
        });
      case "DELETE":
        objects.delete(key);
        return new Response(null, { status: 204 });
      default:
        return refuse(405, "MethodNotAllowed");
    }
  };

  const list = (url: URL): Response => {
    const prefix = url.searchParams.get("prefix") ?? "";
    const after = url.searchParams.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE);
    const entries = page.map((key) =>
      `<Contents><Key>${escape(key)}</Key><Size>${objects.get(key)?.length}</Size></Contents>`
    );
    const next = keys.length > PAGE
      ? `<NextContinuationToken>${escape(page.at(-1) ?? "")}</NextContinuationToken>`
      : "";
    return xml(
      200,
      `<ListBucketResult><IsTruncated>${keys.length > PAGE}</IsTruncated>${
        entries.join("")
      }${next}</ListBucketResult>`,
    );
  };

  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handle);
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    bucket,
    objects,
    calls,
    fail: (match, times, status = 503) => void faults.push({ match, times, status }),
    env: {
      BACKUP_S3_ENDPOINT: url,
      AWS_REGION: "eu-test-1",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stop: () => server.shutdown(),
  };
}

/** Signs the request again with the same headers and date, and compares the signatures. */
async function isSigned(
  request: Request,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<boolean> {
  const given = request.headers.get("authorization") ?? "";
  const [, id, region, names = ""] =
    given.match(/Credential=([^/]+)\/\d+\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+)/) ?? [];
  if (id !== credentials.accessKeyId) return false;
  const headers = new Headers();
  for (const name of names.split(";")) {
    const value = request.headers.get(name);
    if (value !== null && name !== "host") headers.set(name, value);
  }
  const signer = new AwsV4Signer({
    ...credentials,
    service: "s3",
    region,
    method: request.method,
    url: request.url,
    headers,
    datetime: request.headers.get("x-amz-date") ?? "",
  });
  const { headers: signed } = await signer.sign();
  return signed.get("authorization") === given;
}

function refuse(status: number, code: string): Response {
  return xml(status, `<Error><Code>${code}</Code></Error>`);
}

function xml(status: number, body: string): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>${body}`, {
    status,
    headers: { "content-type": "application/xml" },
  });
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
