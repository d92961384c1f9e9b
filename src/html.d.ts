// HTML files are bundled as text (wrangler's rule for `.html`).
declare module "*.html" {
  const text: string;
  export default text;
}
