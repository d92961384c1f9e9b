// Prometheus's text format: families of samples with labels. Pure.
// https://prometheus.io/docs/instrumenting/exposition_formats/

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Samples of a histogram carry the ending of their name in this label, taken off here. */
export const ending = "__ending";

/** One family, with its help and type. */
export function family(
  name: string,
  type: string,
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => {
    const { [ending]: suffix = "", ...rest } = labels;
    const texts = Object.entries(rest).map(([label, text]) => `${label}="${quote(text)}"`);
    const shown = texts.length === 0 ? "" : `{${texts.join(",")}}`;
    return `${name}${suffix}${shown} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function quote(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
