import type { DocumentView } from '../../../sfu/protocol/documents.ts';
import { failed, failureFrom, type Outcome } from './http.ts';

/** Nothing has moved for so long: the line is gone, though nobody has said so. */
const idleMs = 45_000;

export type Sending = {
  /** How much has been sent, 0 to 1. */
  onprogress?: ((share: number) => void) | undefined;
  /** Ends the sending; nothing of the file stays on the server. */
  signal?: AbortSignal | undefined;
};

type UploadRequest = {
  method: 'POST' | 'PUT';
  path: string;
  headers: Readonly<Record<string, string>>;
  file: File;
};

/**
 * Sends a file as it is. XMLHttpRequest, because fetch does not tell how much has been sent.
 *
 * @returns null when the person has ended it.
 */
export function sendFile(
  { method, path, headers, file }: UploadRequest,
  { onprogress, signal }: Sending,
): Promise<Outcome<DocumentView> | null> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve(null);
      return;
    }
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (outcome: Outcome<DocumentView> | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      resolve(outcome);
    };
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        end(failed('upload-broken'));
        request.abort();
      }, idleMs);
    };
    const cancel = () => {
      end(null);
      request.abort();
    };

    request.upload.onprogress = ({ loaded, total }) => {
      watch();
      onprogress?.(total > 0 ? Math.min(1, loaded / total) : 0);
    };
    request.onload = () => end(answerOf(request));
    request.onerror = () => end(failed('upload-broken'));
    signal?.addEventListener('abort', cancel, { once: true });

    request.open(method, path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('content-type', 'application/octet-stream');
    watch();
    request.send(file);
  });
}

function answerOf({ status, responseText }: XMLHttpRequest): Outcome<DocumentView> {
  const isGood = status >= 200 && status < 300;
  try {
    const body = JSON.parse(responseText) as unknown;
    return isGood ? { ok: true, value: body as DocumentView } : { ok: false, failure: failureFrom(body) };
  } catch {
    return failed('internal');
  }
}
