// A shop page as its developers would write it: the tracker with two plugins, a handler that shows an offer, the subscription.
// The address of the runtime stands in the query: ?runtime=http://127.0.0.1:PORT
import { newTracker, trackPageView } from '@snowplow/browser-tracker';
import { SnowplowEcommercePlugin, trackAddToCart, trackProductView } from '@snowplow/browser-plugin-snowplow-ecommerce';
import { SignalsPlugin, addInterventionHandlers, subscribeToInterventions } from '@snowplow/signals-browser-plugin';

const runtime = new URLSearchParams(location.search).get('runtime');

const tracker = newTracker('shop', runtime, {
  appId: 'shop',
  plugins: [SnowplowEcommercePlugin(), SignalsPlugin()],
});

addInterventionHandlers({
  show_offer(intervention) {
    const offer = document.createElement('li');
    offer.id = intervention.intervention_id;
    offer.textContent = `${intervention.name} ${intervention.attributes.cart_value}`;
    document.getElementById('offers').append(offer);
  },
});

subscribeToInterventions({
  endpoint: runtime,
  connectionTimeoutMs: 30_000, // a machine under load is no reason to stay without offers
});

trackPageView();

const product = price => ({ id: 'SKU-42', name: 'Running shoe', category: 'shoes', price, currency: 'EUR' });

// What the test, in place of a visitor, does.
window.shop = {
  view: price => trackProductView(product(price)),
  add: price => trackAddToCart({ products: [product(price)], total_value: price, currency: 'EUR' }),
  visitor: () => ({ user: tracker.getDomainUserId(), session: tracker.getDomainUserInfo()[6] }),
};
