export { cacheLife, cacheTag } from "next/cache";
