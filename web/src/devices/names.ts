import { t } from '../i18n/index.ts';
import { listOf } from '../i18n/format.ts';
import type { DeviceKind, DeviceProblem, DevicesApi } from '../session/api.ts';

/** What the kinds of devices are called inside a sentence. */
function deviceName(kind: DeviceKind): string {
  const name = t().devices[kind];
  // Japanese has no capitals; English writes them only at the beginning.
  return name.toLowerCase();
}

/** Each problem once, with the devices it concerns: mostly camera and microphone share theirs. */
export function problemTexts(problems: DevicesApi['problems']): { problem: DeviceProblem; text: string }[] {
  const kinds = new Map<DeviceProblem, DeviceKind[]>();
  for (const kind of ['camera', 'microphone', 'speaker'] as const) {
    const problem = problems[kind];
    if (problem) kinds.set(problem, [...(kinds.get(problem) ?? []), kind]);
  }
  return [...kinds].map(([problem, concerned]) => ({
    problem,
    text: t().deviceProblems[problem](listOf(concerned.map(deviceName))),
  }));
}

/** A device without a label has not been allowed yet, or is the only one the browser tells of. */
export function deviceLabel(choice: { id: string; label: string }): string {
  return choice.label || t().devices.standard;
}
