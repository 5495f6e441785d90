// Sends events with the official Node.js tracker.
// Input: {"collector","appId","userId"?,"domainUserId"?,"sessionId"?,"events":[{"schema","data","entities"?} | {"page","entities"?}]}
// Output: {"sent": number of events that the collector accepted}
import { buildPageView, buildSelfDescribingEvent, newTracker } from '@snowplow/node-tracker';
import { readInput } from './input.mjs';

const input = await readInput();
let sent = 0;

await new Promise((accepted, refused) => {
  const tracker = newTracker({ namespace: 'acceptance', appId: input.appId }, {
    endpoint: input.collector,
    eventMethod: 'post',
    bufferSize: input.events.length + 1, // nothing leaves before the flush below, so that all go in one request
    retryFailedRequests: false,
    onRequestSuccess: batch => { if ((sent += batch.length) === input.events.length) accepted(); },
    onRequestFailure: failure => refused(new Error(`The collector refused: ${failure.status} ${failure.message}`)),
  });
  if (input.userId) tracker.setUserId(input.userId);
  if (input.domainUserId) tracker.setDomainUserId(input.domainUserId);
  if (input.sessionId) tracker.setSessionId(input.sessionId);
  const started = Date.now() - input.events.length;
  for (const [index, event] of input.events.entries()) {
    const payload = event.page
      ? buildPageView({ pageUrl: event.page })
      : buildSelfDescribingEvent({ event: { schema: event.schema, data: event.data } });
    tracker.track(payload, event.entities, started + index); // one millisecond apart, so that "last" is certain
  }
  tracker.flush();
});
console.log(JSON.stringify({ sent }));
