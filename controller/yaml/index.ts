export { readYaml, readYamlDocuments, YamlError, type YamlFile } from './file.ts'
export { type Problem, problemsOf, problemText, withDefaults } from './validate.ts'
