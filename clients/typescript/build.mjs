// Writes the modules of dist/ beside the types that tsc has written there, once of each kind.
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { buildSync } from "esbuild";

// What WeChat's tools take as it is.
const TARGET = "es2018";

const entryPoints = readdirSync("src").map((name) => `src/${name}`);
cpSync("dist/esm", "dist/cjs", { recursive: true });
for (const format of ["esm", "cjs"]) buildSync({ entryPoints, outdir: `dist/${format}`, format, target: TARGET });
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
