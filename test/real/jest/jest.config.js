// The packages are ES modules, and Jest loads CommonJS: the transform compiles them and those of their dependencies that are ES modules.
const modules = ['@tenant-aws', 'jose', 'fauxqs'];

module.exports = {
  transform: { '\\.js$': '@swc/jest' },
  transformIgnorePatterns: [`node_modules/(?!(.*/)?(${modules.join('|')})/)`],
};
