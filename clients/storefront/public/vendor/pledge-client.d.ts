export * from "../../../typescript/dist/index.js";
