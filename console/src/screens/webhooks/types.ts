// What the admin API answers of webhooks; docs/OPERATIONS.md describes it.

export const webhooksPath = "/accounts/self/webhooks";
export const pathOf = (name: string) => `${webhooksPath}/${encodeURIComponent(name)}`;
