import { catalogue } from './catalogue.ts';
import { addFailures } from './failure-text.ts';
import { organizationFailuresEn } from './failures-organization-en.ts';
import { organizationFailuresJa } from './failures-organization-ja.ts';
import type { OrganizationFailureTexts } from './failures.ts';

/* Comes with the desk: nobody else is told of these. */
addFailures(catalogue<OrganizationFailureTexts>({ ja: organizationFailuresJa, en: organizationFailuresEn }));
