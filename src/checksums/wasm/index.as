// The module's surface: what `hasher.ts` calls. scripts/build-checksums.mjs compiles it.

export { crc32Combine, crc32cCombine, crc64nvmeCombine } from "./combine";
export { crc32c, crc64nvme } from "./crc";
export { INPUT, INPUT_LENGTH, OUTPUT, STATE, STATE_LENGTH } from "./layout";
export { xxh3Digest64, xxh3Digest128, xxh3Reset, xxh3Update } from "./xxh3";
export { xxh64Digest, xxh64Reset, xxh64Update } from "./xxh64";
