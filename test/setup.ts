// Applies the catalog's migrations before the tests of each file.
import { applyD1Migrations, env } from "cloudflare:test";

await applyD1Migrations(env.CATALOG, env.TEST_MIGRATIONS);
