/** When V8 collects the buffers of messages, of which a process that moves ciphertexts makes many and keeps none. */
import { setFlagsFromString } from 'node:v8';

/** The V8 of Node 24. In other versions the flag may be gone, and a flag that V8 does not know it complains about. */
const CONCERNED = '13.6.';

/**
 * Lets the memory of buffers count like that of all other objects. The V8 of Node 24 marks the whole heap for each
 * 13 to 25 MB of buffers that come and go instead, which is a third of the processor time of a process that moves large
 * objects (github.com/nodejs/node/issues/61967). Later versions of V8 do as this flag says, and have no other way.
 * To be called at the start of a process, once for all its threads.
 */
export function collectBuffersWithTheHeap(): void {
  if (!process.versions.v8.startsWith(CONCERNED)) return;
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
