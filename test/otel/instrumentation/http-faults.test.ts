import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpProcess } from './http-process.ts';

describe('a clock that breaks during a request', () => {
  let server: HttpProcess;

  afterEach(() => server.stop());

  it.each([0, 1])(
    'after %d readings: the response is complete, the fault is counted, the other facts are recorded',
    async (looks) => {
      server = await HttpProcess.start({ CLOCK_LOOKS: String(looks) });
      const { head, body } = await server.exchange('/buffer');
      expect(head).toContain('HTTP/1.1 200 ');
      expect(body).toHaveLength(2_000);
      const { attributes } = await server.nextSpan();
      expect(attributes['http.response.status_code']).toBe(200);
      expect(attributes).not.toHaveProperty('operation.time_to_first_byte');
      expect(attributes['operation.outcome']).toBe('complete');
      expect(attributes['http.response.body.size']).toBe(2_000);
      expect(server.faults).toEqual([expect.stringContaining('clock broke')]);
    },
  );
});
