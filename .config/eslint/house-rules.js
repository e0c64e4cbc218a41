/** ESLint rules of this project: they hold the design written down in architecture.js. */
import path from 'node:path';
import { areas, doors, environmentReaders } from './architecture.js';

/** @import { Rule } from 'eslint' */

/** @param {Rule.RuleContext} context */
const pathInProject = (context) => toPosix(path.relative(context.cwd, context.filename));
const toPosix = (/** @type {string} */ file) => file.split(path.sep).join('/');
const areaOf = (/** @type {string} */ file) => areas.find((area) => area.files.test(file));

/**
 * Calls `visit` for everything that makes a file depend on another one, `import type` included: a type
 * from over there is knowledge of over there.
 *
 * @param {(source: string, node: Rule.Node) => void} visit
 * @returns {Rule.RuleListener}
 */
function eachImport(visit) {
  const check = (/** @type {any} */ node) => {
    const source = node.source ?? node.argument?.literal ?? node.argument;
    if (typeof source?.value === 'string') visit(source.value, source);
  };
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
    TSImportType: check,
  };
}

/** @type {Rule.RuleModule} */
const importDirection = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'imports between the parts of the project run one way' },
    messages: {
      wrongWay: '{{from}} must not import from {{to}}: imports run one way (it may use {{allowed}}).',
    },
  },
  create(context) {
    const file = pathInProject(context);
    const from = areaOf(file);
    if (!from || from.mayImport === 'anything') return {};
    const allowed = from.mayImport;

    return eachImport((source, node) => {
      if (!source.startsWith('.')) return;
      // A query belongs to the bundler (`?worker`, `?url`), not to the path.
      const target = toPosix(path.join(path.dirname(file), source.replace(/\?.*$/, '')));
      const to = areaOf(target);
      if (!to || to.name === from.name || allowed.includes(to.name)) return;
      context.report({
        node,
        messageId: 'wrongWay',
        data: {
          from: from.name,
          to: to.name,
          allowed: allowed.length > 0 ? allowed.join(', ') : 'nothing outside itself',
        },
      });
    });
  },
};

/** @type {Rule.RuleModule} */
const oneDoor = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'a heavy dependency is imported in one place only' },
    messages: { notHere: '{{what}} is imported only in {{where}}; use what is offered there.' },
  },
  create(context) {
    const file = pathInProject(context);
    if (areaOf(file)?.name === 'tests') return {};
    return eachImport((source, node) => {
      const shut = doors.find((entry) => entry.source.test(source) && !entry.door.test(file));
      if (shut) {
        context.report({ node, messageId: 'notHere', data: { what: shut.what, where: shut.where } });
      }
    });
  },
};

/** @type {Rule.RuleModule} */
const oneEnvironmentReader = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'process.env is read in one place only' },
    messages: {
      notHere: 'process.env is read only in sfu/config.ts; have the value passed down from main.ts.',
    },
  },
  create(context) {
    if (environmentReaders.test(pathInProject(context))) return {};
    return {
      'MemberExpression[object.name="process"][property.name="env"]': (/** @type {Rule.Node} */ node) => {
        context.report({ node, messageId: 'notHere' });
      },
      'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]': (
        /** @type {Rule.Node} */ node,
      ) => {
        context.report({ node, messageId: 'notHere' });
      },
      'ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name="env"]': (
        /** @type {Rule.Node} */ node,
      ) => {
        context.report({ node, messageId: 'notHere' });
      },
    };
  },
};

export default {
  meta: { name: 'house' },
  rules: {
    'import-direction': importDirection,
    'one-door': oneDoor,
    'one-environment-reader': oneEnvironmentReader,
  },
};
