// The WebAssembly half of this room: one instance with one small memory that every hasher of the
// isolate works in, a call at a time. Nothing is kept there between calls, so there is no table
// of slots to run out of and nothing to release. Source: wasm/*.as, built by
// scripts/build-checksums.mjs.

import wasmModule from "./checksums.wasm";

/** A hash whose state is a block of memory at `STATE`. */
export interface StatefulHash {
  readonly reset: () => void;
  /** Takes `lengthBytes` from the input area. */
  readonly update: (lengthBytes: number) => void;
  /** Leaves the digest in the output area. The state is used up. */
  readonly digest: () => void;
}

/** `wasm/index.as`, as JavaScript sees it: 32-bit results are signed, 64-bit ones BigInt. */
interface Engine {
  readonly memory: WebAssembly.Memory;
  readonly INPUT: WebAssembly.Global;
  readonly INPUT_LENGTH: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly STATE: WebAssembly.Global;
  readonly STATE_LENGTH: WebAssembly.Global;
  readonly crc32c: (register: number, lengthBytes: number) => number;
  readonly crc64nvme: (register: bigint, lengthBytes: number) => bigint;
  readonly crc32Combine: (first: number, second: number, lengthBytes: bigint) => number;
  readonly crc32cCombine: (first: number, second: number, lengthBytes: bigint) => number;
  readonly crc64nvmeCombine: (first: bigint, second: bigint, lengthBytes: bigint) => bigint;
  readonly xxh64Reset: () => void;
  readonly xxh64Update: (lengthBytes: number) => void;
  readonly xxh64Digest: () => void;
  readonly xxh3Reset: () => void;
  readonly xxh3Update: (lengthBytes: number) => void;
  readonly xxh3Digest64: () => void;
  readonly xxh3Digest128: () => void;
}

const exported = new WebAssembly.Instance(wasmModule).exports as unknown as Engine;

// The memory never grows (its maximum is its size), so these views stay valid for ever.
const memory = new Uint8Array(exported.memory.buffer);
const inputAddress = exported.INPUT.value as number;
const inputLength = exported.INPUT_LENGTH.value as number;
const outputAddress = exported.OUTPUT.value as number;
const stateAddress = exported.STATE.value as number;
const stateEnd = stateAddress + (exported.STATE_LENGTH.value as number);

export const engine: Pick<
  Engine,
  "crc32c" | "crc64nvme" | "crc32Combine" | "crc32cCombine" | "crc64nvmeCombine"
> = exported;

export const xxh64: StatefulHash = {
  reset: exported.xxh64Reset,
  update: exported.xxh64Update,
  digest: exported.xxh64Digest,
};

export const xxh3: StatefulHash = {
  reset: exported.xxh3Reset,
  update: exported.xxh3Update,
  digest: exported.xxh3Digest64,
};

export const xxh128: StatefulHash = {
  reset: exported.xxh3Reset,
  update: exported.xxh3Update,
  digest: exported.xxh3Digest128,
};

/** Copies `bytes` to the input area, a piece at a time, and calls `take` on each piece's length. */
export function feed(bytes: Uint8Array, take: (lengthBytes: number) => void): void {
  for (let at = 0; at < bytes.length; at += inputLength) {
    const piece = bytes.subarray(at, at + inputLength);
    memory.set(piece, inputAddress);
    take(piece.length);
  }
}

/** Copies the state out of the engine. */
export function saveState(): Uint8Array {
  return memory.slice(stateAddress, stateEnd);
}

/** Copies the state out of the engine into `state`. */
export function saveStateTo(state: Uint8Array): void {
  state.set(memory.subarray(stateAddress, stateEnd));
}

/** Copies `state` into the engine. */
export function loadState(state: Uint8Array): void {
  memory.set(state, stateAddress);
}

/** Copies the first `lengthBytes` of the output area. */
export function readOutput(lengthBytes: number): Uint8Array {
  return memory.slice(outputAddress, outputAddress + lengthBytes);
}
