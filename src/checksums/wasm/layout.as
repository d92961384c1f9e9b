// Where everything lies in the module's one linear memory, which is fixed: no allocator runs.
// AssemblyScript (https://www.assemblyscript.org); `.as` so that no TypeScript tool reads it.
// The compiler puts the one constant, the secret of XXH3 (192 bytes), at 1024.

/** A hasher's state while it is worked on. The caller copies it in and out: any number may live. */
export const STATE: usize = 1280;
export const STATE_LENGTH: i32 = 336;
/** Digests, big endian. */
export const OUTPUT: usize = 1664;

/** x^(2^k) modulo each CRC's polynomial, 64 entries of 8 bytes. */
export const CRC32_POWERS: usize = 1792;
export const CRC32C_POWERS: usize = 2304;
export const CRC64_POWERS: usize = 2816;

/** Slicing tables: 8 of 256 entries each, four bytes wide (CRC-32C) or eight (CRC-64). */
export const CRC32C_TABLES: usize = 4096;
export const CRC64_TABLES: usize = 12288;

/**
 * The bytes to hash. CRCs destroy them while they fold, and look back up to 1795 bytes from the
 * first: nothing is ever written between the tables and here, so those are zero.
 */
export const INPUT: usize = 32768;
export const INPUT_LENGTH: i32 = 65536;
