import { mount } from 'svelte';
import { cameFrom } from '../../src/start/start-page.ts';
import StartPage from '../../src/start/StartPage.svelte';
import { pagePlace } from '../../src/ui/page-place.ts';
import '../../src/ui/base.css';

/* Media and signalling arrive while the page is being read. */
const load = async () => (await import('../../src/session/index.ts')).createCall();

const query = new URLSearchParams(location.search);
/* `/s/<key>` is a banner's page, wherever the banner stands. */
const banner = /^\/s\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? null;

mount(StartPage, {
  target: pagePlace(),
  props: {
    load,
    way: { organization: query.get('organization'), banner },
    from: cameFrom(query.get('from'), document.referrer, location.origin),
  },
});
