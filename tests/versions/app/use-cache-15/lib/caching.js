export { unstable_cacheLife as cacheLife, unstable_cacheTag as cacheTag } from "next/cache";
