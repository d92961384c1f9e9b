// What importing a `.wasm` file gives: a compiled module, under wrangler (rule CompiledWasm) and
// under vitest alike. Workers refuse to compile one from bytes.

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
