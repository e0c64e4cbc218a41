import { mount } from 'svelte';
import MeetingPage from '../../src/meeting/MeetingPage.svelte';
import { pagePlace } from '../../src/ui/page-place.ts';
import '../../src/ui/base.css';

/* Media and signalling arrive while the page is being read. */
const load = async () => (await import('../../src/session/index.ts')).createCall();

/* `/meeting/<id>` */
const meetingId = location.pathname.split('/')[2] ?? '';

mount(MeetingPage, { target: pagePlace(), props: { load, meetingId } });
