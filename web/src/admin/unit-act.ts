import type { UnitView } from '../../../sfu/protocol/organization.ts';

/** What is being done with a unit. */
export type UnitAct = { what: 'add'; below: string | null } | { what: 'change' | 'remove'; unit: UnitView };
