// Suites load Next's own modules, of several versions: there is no one type for them.
declare module "next/*";
