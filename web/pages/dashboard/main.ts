import { mount } from 'svelte';
import DashboardPage from '../../src/desk/DashboardPage.svelte';
import { pagePlace } from '../../src/ui/page-place.ts';
import '../../src/ui/base.css';

/* Media and signalling arrive while the page is being read. */
const load = async () => (await import('../../src/session/index.ts')).createCall();

mount(DashboardPage, { target: pagePlace(), props: { load } });
