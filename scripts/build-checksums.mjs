// Compiles src/checksums/wasm/*.as to src/checksums/checksums.wasm. With `--check` it writes
// nothing and fails when the committed module is not what the sources give, byte for byte, or when
// an offset of the CRC fold does not come from a multiple of its polynomial.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const sources = fileURLToPath(new URL("../src/checksums/wasm/", import.meta.url));
const target = fileURLToPath(new URL("../src/checksums/checksums.wasm", import.meta.url));

/** The committed sources end in `.as`; the compiler asks for `.ts`. */
function readSource(name) {
  try {
    return readFileSync(join(sources, name.replace(/\.ts$/, ".as")), "utf8");
  } catch {
    return null;
  }
}

async function compile() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      "index.ts",
      "--outFile",
      "out.wasm",
      "-O3",
      "--converge",
      "--runtime",
      "stub",
      "--noAssert",
      "--enable",
      "simd",
      "--initialMemory",
      "2",
      "--maximumMemory",
      "2",
      "--memoryBase",
      "1024",
      "--use",
      "abort=",
    ],
    {
      readFile: readSource,
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(stderr.toString());
  return binary;
}

/** x^(8n) modulo the polynomial, both in normal bit order. */
function powersOfByte({ polynomial, width }, count) {
  const top = 1n << BigInt(width - 1);
  const mask = (1n << BigInt(width)) - 1n;
  const powers = [];
  for (let value = 1n; powers.length < count; ) {
    powers.push(value);
    for (let bit = 0; bit < 8; bit++) {
      value = value & top ? ((value << 1n) & mask) ^ polynomial : value << 1n;
    }
  }
  return powers;
}

/** Reads the offsets out of crc.as and checks that 1 + the sum of their terms is a multiple. */
function checkFolds() {
  const folds = [
    { name: "crc32c", polynomial: 0x1edc6f41n, width: 32 },
    { name: "crc64nvme", polynomial: 0xad93d23594c93659n, width: 64 },
  ];
  const text = readSource("crc.ts");
  for (const fold of folds) {
    const body = text.split(`export function ${fold.name}(`)[1].split("\n}\n")[0];
    const offsets = [...body.matchAll(/settle\(end, (\d+)\)/g)].map((match) => Number(match[1]));
    const degree = Math.max(...offsets);
    const powers = powersOfByte(fold, degree + 1);
    const sum = offsets.reduce((total, offset) => total ^ powers[degree - offset], powers[degree]);
    if (sum !== 0n) throw new Error(`${fold.name}: the offsets are not those of a multiple`);
  }
}

checkFolds();
const built = await compile();
if (process.argv.includes("--check")) {
  if (!readFileSync(target).equals(built)) {
    console.error("checksums.wasm is stale: run `node scripts/build-checksums.mjs`");
    process.exit(1);
  }
  console.log(`checksums.wasm is what its sources give (${built.length} bytes)`);
} else {
  writeFileSync(target, built);
  console.log(`checksums.wasm: ${built.length} bytes`);
}
