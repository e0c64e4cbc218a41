import { mount } from 'svelte';
import JoinPage from '../../src/join/JoinPage.svelte';
import { pagePlace } from '../../src/ui/page-place.ts';
import '../../src/ui/base.css';

/* Media and signalling arrive while the page is being read. */
const load = async () => (await import('../../src/session/index.ts')).createCall();

/* `/i/<token>` is an invitation; everything else is the page for a number, which may come along in the fragment. */
const invitation = /^\/i\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? null;
const number = /^#([0-9]{5})$/.exec(location.hash)?.[1] ?? '';

mount(JoinPage, { target: pagePlace(), props: { load, invitation, number } });
