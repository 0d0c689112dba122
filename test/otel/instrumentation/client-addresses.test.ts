import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_CLIENT_RULES,
  requestAttributes,
  type RequestWords,
} from '../../../otel/instrumentation/http-request-attributes.ts';

const words = (recordsAddresses: boolean): RequestWords => ({
  verb: 'GET',
  target: '/glass?q=1',
  httpVersion: '1.1',
  isEncrypted: false,
  peerAddress: '127.0.0.1',
  peerPort: 4711,
  host: 'blog.example',
  userAgent: 'Firefox',
  requestId: undefined,
  forwarded: 'for=203.0.113.9',
  forwardedFor: '203.0.113.9',
  forwardedHost: undefined,
  forwardedProto: undefined,
  clients: { ...DEFAULT_CLIENT_RULES, recordsAddresses },
});

describe('METRICS_CLIENT_ADDRESS', () => {
  it('has the address of the client and of the peer by default', () => {
    expect(requestAttributes(words(true))).toMatchObject({
      'client.address': '203.0.113.9',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': 4711,
    });
  });

  it('leaves out every client address if it is false, and nothing else', () => {
    const {
      'client.address': _client,
      'network.peer.address': _peer,
      'network.peer.port': _port,
      ...rest
    } = requestAttributes(words(true));
    expect(requestAttributes(words(false))).toEqual(rest);
    expect(JSON.stringify(requestAttributes(words(false)))).not.toMatch(/203\.0|127\.0/);
  });
});
