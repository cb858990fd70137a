// The Node binaries publish `os` and `cpu` as strings, which pnpm ignores: as arrays, only the fitting one is installed.
const asArray = (value) => (typeof value === "string" ? [value] : value);

module.exports = {
  hooks: {
    readPackage(pkg) {
      if (pkg.os) pkg.os = asArray(pkg.os);
      if (pkg.cpu) pkg.cpu = asArray(pkg.cpu);
      return pkg;
    },
  },
};
