// The public Signature Version 4 test suite, case by case, against the canonicaliser and the signer.
// Each case pins the hash of its canonical request (last line of the suite's string to sign) and its
// signature. Its three cases of odd query strings are in `authenticate.test.ts`, against the SDK.

import { describe, expect, it } from "vitest";
import {
  canonicalHeaderValue,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
} from "../../src/auth/canonical.ts";
import {
  renderScope,
  sha256Hex,
  signingKeyFor,
  signText,
  stringToSign,
} from "../../src/auth/signature.ts";

const scope = { day: "20150830", region: "us-east-1", service: "service" };
const signingKey = signingKeyFor("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope);
const token =
  "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf" +
  "IeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7W" +
  "Z0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8F" +
  "DrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
const unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const vanilla = [
  "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
] as const;
const postVanilla = [
  "553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87",
  "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
] as const;
const postQuery = [
  "9d659678c1756bb3113e2ce898845a0a79dbbc57b740555917687f1b3340fbbd",
  "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
] as const;

interface SuiteCase {
  readonly target: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly expected: readonly [canonicalHash: string, signature: string];
}

const suite: Record<string, SuiteCase> = {
  "get-header-key-duplicate": {
    target: "/",
    headers: { "my-header1": "value2,value2,value1" },
    expected: [
      "dc7f04a3abfde8d472b0ab1a418b741b7c67174dad1551b4117b15527fbe966c",
      "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ],
  },
  "get-header-value-multiline": {
    target: "/",
    headers: { "my-header1": "value1,value2,value3" },
    expected: [
      "b7b6cbfd8a0430b78891e986784da2630c8a135a8595cec25b26ea94f926ee55",
      "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790",
    ],
  },
  "get-header-value-order": {
    target: "/",
    headers: { "my-header1": "value4,value1,value3,value2" },
    expected: [
      "31ce73cd3f3d9f66977ad3dd957dc47af14df92fcd8509f59b349e9137c58b86",
      "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ],
  },
  "get-header-value-trim": {
    target: "/",
    headers: { "my-header1": " value1", "my-header2": ' "a   b   c"' },
    expected: [
      "a726db9b0df21c14f559d0a978e563112acb1b9e05476f0a6a1c7d68f28605c7",
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ],
  },
  "get-unreserved": {
    target: `/${unreserved}`,
    expected: [
      "6a968768eefaa713e2a6b16b589a8ea192661f098f37349f4e2c0082757446f9",
      "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ],
  },
  "get-utf8": {
    target: "/\u1234",
    expected: [
      "2a0a97d02205e45ce2e994789806b19270cfbbb0921b278ccf58f5249ac42102",
      "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ],
  },
  "get-vanilla": { target: "/", expected: vanilla },
  "get-vanilla-empty-query-key": {
    target: "/?Param1=value1",
    expected: [
      "1e24db194ed7d0eec2de28d7369675a243488e08526e8c1c73571282f7c517ab",
      "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ],
  },
  "get-vanilla-query": { target: "/", expected: vanilla },
  "get-vanilla-query-order-key": {
    target: "/?Param1=value2&Param1=Value1",
    expected: [
      "704b4cef673542d84cdff252633f065e8daeba5f168b77116f8b1bcaf3d38f89",
      "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1",
    ],
  },
  "get-vanilla-query-order-key-case": {
    target: "/?Param2=value2&Param1=value1",
    expected: [
      "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
  },
  "get-vanilla-query-order-value": {
    target: "/?Param1=value2&Param1=value1",
    expected: [
      "c968629d70850097a2d8781c9bf7edcb988b04cac14cca9be4acc3595f884606",
      "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
    ],
  },
  "get-vanilla-query-unreserved": {
    target: `/?${unreserved}=${unreserved}`,
    expected: [
      "c30d4703d9f799439be92736156d47ccfb2d879ddf56f5befa6d1d6aab979177",
      "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ],
  },
  "get-vanilla-utf8-query": {
    target: "/?\u1234=bar",
    expected: [
      "eb30c5bed55734080471a834cc727ae56beb50e5f39d1bff6d0d38cb192a7073",
      "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ],
  },
  "normalize-path/get-relative": { target: "/example/..", expected: vanilla },
  "normalize-path/get-relative-relative": {
    target: "/example1/example2/../..",
    expected: vanilla,
  },
  "normalize-path/get-slash": { target: "//", expected: vanilla },
  "normalize-path/get-slash-dot-slash": { target: "/./", expected: vanilla },
  "normalize-path/get-slash-pointless-dot": {
    target: "/./example",
    expected: [
      "214d50c111a8edc4819da6a636336472c916b5240f51e9a51b5c3305180cf702",
      "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ],
  },
  "normalize-path/get-slashes": {
    target: "//example//",
    expected: [
      "cb96b4ac96d501f7c5c15bc6d67b3035061cfced4af6585ad927f7e6c985c015",
      "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ],
  },
  "normalize-path/get-space": {
    target: "/example space/",
    expected: [
      "63ee75631ed7234ae61b5f736dfc7754cdccfedbff4b5128a915706ee9390d86",
      "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ],
  },
  "post-header-key-case": { method: "POST", target: "/", expected: postVanilla },
  "post-header-key-sort": {
    method: "POST",
    target: "/",
    headers: { "my-header1": "value1" },
    expected: [
      "9368318c2967cf6de74404b30c65a91e8f6253e0a8659d6d5319f1a812f87d65",
      "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ],
  },
  "post-header-value-case": {
    method: "POST",
    target: "/",
    headers: { "my-header1": "VALUE1" },
    expected: [
      "d51ced243e649e3de6ef63afbbdcbca03131a21a7103a1583706a64618606a93",
      "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ],
  },
  "post-sts-token/post-sts-header-after": { method: "POST", target: "/", expected: postVanilla },
  "post-sts-token/post-sts-header-before": {
    method: "POST",
    target: "/",
    headers: { "x-amz-security-token": token },
    expected: [
      "c237e1b440d4c63c32ca95b5b99481081cb7b13c7e40434868e71567c1a882f6",
      "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ],
  },
  "post-vanilla": { method: "POST", target: "/", expected: postVanilla },
  "post-vanilla-empty-query-value": {
    method: "POST",
    target: "/?Param1=value1",
    expected: postQuery,
  },
  "post-vanilla-query": { method: "POST", target: "/?Param1=value1", expected: postQuery },
  "post-x-www-form-urlencoded": {
    method: "POST",
    target: "/",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Param1=value1",
    expected: [
      "42a5e5bb34198acb3e84da4f085bb7927f2bc277ca766e6d19c73c2154021281",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
  },
  "post-x-www-form-urlencoded-parameters": {
    method: "POST",
    target: "/",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf8" },
    body: "Param1=value1",
    expected: [
      "2e1cf7ed91881a30569e46552437e4156c823447bf1781b921b5d486c568dd1c",
      "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
    ],
  },
};

describe("the public SigV4 test suite", () => {
  it.each(Object.entries(suite))("%s", (_name, test) => {
    const headers: Record<string, string> = {
      host: "example.amazonaws.com",
      "x-amz-date": "20150830T123600Z",
      ...test.headers,
    };
    const [rawPath = "", rawQuery = ""] = test.target.split("?");
    const canonical = canonicalRequest({
      method: test.method ?? "GET",
      rawPath,
      rawQuery,
      signedHeaders: Object.keys(headers).sort(),
      header: (name) => headers[name] ?? null,
      payloadHash: sha256Hex(test.body ?? ""),
      pathStyle: "normalized",
    });
    const text = stringToSign("20150830T123600Z", renderScope(scope), canonical);
    expect([sha256Hex(canonical), signText(signingKey, text)]).toEqual(test.expected);
  });
});

describe("canonicalPath", () => {
  it.each([
    ["", "/"],
    ["/", "/"],
    ["/a b+c", "/a%20b%2Bc"],
    ["/a%20b%2bc", "/a%20b%2Bc"],
    ["/!*'()~=&:@$,;", "/%21%2A%27%28%29~%3D%26%3A%40%24%2C%3B"],
    ["/%21%2A%27%28%29%7E", "/%21%2A%27%28%29~"],
    ["/%c3%bc/ü", "/%C3%BC/%C3%BC"],
    ["/100%25/100%", "/100%25/100%25"],
    ["/%zz%4", "/%25zz%254"],
    ["//a//b/", "//a//b/"],
    ["/a/../b/./c", "/a/../b/./c"],
    ["/a%2fb", "/a/b"],
    ["/%ff", "/%FF"],
  ])("keeps S3's path %s as it is and encodes it once: %s", (raw, canonical) => {
    expect(canonicalPath(raw, "s3")).toBe(canonical);
  });

  it("SEC-013 decodes once: %252e stays apart from %2e", () => {
    expect(canonicalPath("/a%252e", "s3")).toBe("/a%252e");
    expect(canonicalPath("/a%2e", "s3")).toBe("/a.");
  });

  it("encodes twice for services other than S3", () => {
    expect(canonicalPath("/a%20b", "normalized")).toBe("/a%2520b");
  });
});

describe("canonicalQuery", () => {
  it.each([
    ["b=2&a=1", "a=1&b=2"],
    ["a=2&a=1&a=&A=3", "A=3&a=&a=1&a=2"],
    ["acl&b=", "acl=&b="],
    ["a=b+c&d=e%2Bf&g=%20", "a=b%20c&d=e%2Bf&g=%20"],
    ["k=1&k-x=2&k.y=3&k0=4", "k=1&k-x=2&k.y=3&k0=4"],
    ["k=%c3%bc~!*'()&l=a=b&m=a:b/c", "k=%C3%BC~%21%2A%27%28%29&l=a%3Db&m=a%3Ab%2Fc"],
    ["&&a=1&", "a=1"],
    ["X-Amz-Signature=00&a=1&X-Amz%2DSignature=01", "a=1"],
  ])("of %s is %s", (raw, canonical) => {
    expect(canonicalQuery(raw)).toBe(canonical);
  });
});

describe("canonicalHeaderValue", () => {
  it.each([
    ["  a   b \t c  ", "a b c"],
    ['"a   b"', '"a b"'],
    ["", ""],
    [" \t ", ""],
    ["\u00a0a\u00a0", "\u00a0a\u00a0"],
  ])("SEC-019 of %j is %j", (raw, canonical) => {
    expect(canonicalHeaderValue(raw)).toBe(canonical);
  });

  it("SEC-140 takes a header of 64 kB of blanks in a few milliseconds", () => {
    const started = performance.now();
    canonicalHeaderValue(`a${" ".repeat(65536)}b`);
    expect(performance.now() - started).toBeLessThan(50);
  });
});
