import { mount } from 'svelte';
import StartPage from '../../src/start/StartPage.svelte';
import { pagePlace } from '../../src/ui/page-place.ts';
import '../../src/ui/base.css';

/* Media and signalling arrive while the page is being read. */
const load = async () => (await import('../../src/session/index.ts')).createCall();

mount(StartPage, {
  target: pagePlace(),
  props: { load, organization: new URLSearchParams(location.search).get('organization') },
});
