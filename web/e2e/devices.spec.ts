import { expect, test } from '@playwright/test';
import { installHardware } from './kit/hardware.ts';
import type { Condition, DeviceName, Hardware } from './kit/hardware.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

/* J8: joining works whatever is wrong with the devices, and what is missing can be added later. */

const withHardware = (hardware: Hardware) => ({
  prepare: async (context: Participant['context']) => {
    await context.addInitScript(installHardware, hardware);
  },
});

async function becomes(person: Participant, device: DeviceName, condition: Condition): Promise<void> {
  await person.page.evaluate(([device, condition]) => window.taimenHardware.set(device, condition), [
    device,
    condition,
  ] as const);
}

test.describe('joining with what there is', () => {
  let scene: Scene;
  let rep: Participant;
  let invitation: string;

  setTheScene(async (opened) => {
    scene = opened;
    rep = await scene.arrives('green');
    await rep.signIn();
    await rep.openRoom();
    invitation = await rep.invites();
  });

  test('without camera and microphone: a name is there, and the rep is seen and heard', async () => {
    const guest = await scene.arrives('red', { media: null });
    await guest.openInvitation(invitation);
    await guest.reads(/カメラ.*マイク.*が見つかりません|マイク.*カメラ.*が見つかりません/);
    await guest.reads('このままでも参加でき');
    await guest.acceptInvitation(invitation, '機器なし');
    await guest.sees(rep);
    await guest.hears(rep);
    await rep.seesExactly([rep, guest]);
    await rep.seesOnlyNameOf(guest);
    await expect(rep.tile(guest)).toContainText('マイクなし');
    await guest.writes('文字で失礼します');
    await rep.readsInChat('文字で失礼します');
    await guest.endsCall();
    await rep.seesExactly([rep]);
    await scene.goesHome(guest);
  });

  test('with permission denied: the remedy is told, and allowing it later needs no new joining', async () => {
    const guest = await scene.arrives('red', { allows: false });
    await guest.openInvitation(invitation);
    await guest.reads(/許可されていません/);
    await guest.acceptInvitation(invitation, '許可なし');
    await guest.sees(rep);
    await rep.seesOnlyNameOf(guest);
    await guest.presses('カメラ');
    await guest.reads(/許可されていません/);

    await guest.context.grantPermissions(['camera', 'microphone'], { origin: guest.origin });
    await guest.page.getByRole('button', { name: 'もう一度試す' }).click();
    await areTogether([rep, guest]);
    await guest.endsCall();
    await scene.goesHome(guest);
  });

  test('with a busy camera and no microphone: both come later, go, and come back', async () => {
    const guest = await scene.arrives('red', withHardware({ camera: 'busy', microphone: 'missing' }));
    await guest.openInvitation(invitation);
    await guest.reads(/カメラをほかのアプリが使用しています/);
    await guest.reads(/マイクが見つかりません/);
    await guest.acceptInvitation(invitation, '途中から');
    await guest.sees(rep);
    await rep.seesOnlyNameOf(guest);

    await test.step('the other program lets the camera go', async () => {
      await becomes(guest, 'camera', 'there');
      await guest.turns('カメラ', 'on');
      await rep.sees(guest);
    });
    await test.step('a microphone is plugged in, and is used by itself', async () => {
      await becomes(guest, 'microphone', 'there');
      await areTogether([rep, guest]);
      await expect(guest.button('マイク')).toHaveAttribute('aria-pressed', 'true');
    });
    await test.step('the camera is unplugged and plugged in again', async () => {
      await becomes(guest, 'camera', 'missing');
      await rep.seesOnlyNameOf(guest);
      await rep.hears(guest);
      await becomes(guest, 'camera', 'there');
      await areTogether([rep, guest]);
    });
    await test.step('the microphone is unplugged and plugged in again', async () => {
      await becomes(guest, 'microphone', 'missing');
      await rep.hearsNothingOf(guest);
      await expect(rep.tile(guest)).toContainText('マイクなし');
      await rep.sees(guest);
      await becomes(guest, 'microphone', 'there');
      await areTogether([rep, guest]);
    });
    await guest.endsCall();
    await scene.goesHome(guest);
  });

  test('with a camera but no microphone: seen by all, and heard once there is one', async () => {
    const guest = await scene.arrives('red', withHardware({ camera: 'there', microphone: 'missing' }));
    await guest.acceptInvitation(invitation, '声はあとで');
    await rep.sees(guest);
    await expect(rep.tile(guest)).toContainText('マイクなし');
    await becomes(guest, 'microphone', 'there');
    await areTogether([rep, guest]);
    await guest.endsCall();
    await scene.goesHome(guest);
  });
});

test.describe('no number where a call cannot work (J1)', () => {
  let scene: Scene;

  setTheScene(async (opened) => {
    scene = opened;
  });

  async function getsNoNumber(customer: Participant, because: string | RegExp): Promise<void> {
    await customer.goTo('/');
    await customer.presses('商談を始める');
    await customer.reads(because);
    await expect(customer.page.getByRole('status', { name: '接続ナンバー' })).toHaveCount(0);
  }

  test('because the page is not secure', async () => {
    const customer = await scene.arrives('red', {
      origin: `http://taimen.test:${scene.server.port}`,
      switches: ['--host-resolver-rules=MAP taimen.test 127.0.0.1'],
    });
    await getsNoNumber(customer, /安全な接続\(https\)で開かれていないため/);
    await scene.goesHome(customer);
  });

  test('because the browser has no WebRTC', async () => {
    const customer = await scene.arrives('red', {
      prepare: async (context) => {
        await context.addInitScript(() => {
          Reflect.deleteProperty(window, 'RTCPeerConnection');
        });
      },
    });
    await getsNoNumber(customer, /ビデオ通話に対応していません/);
    await scene.goesHome(customer);
  });
});

test.describe('no number where the media port cannot be reached (J1)', () => {
  let customer: Participant;

  setTheScene(
    async (scene) => {
      customer = await scene.arrives('red');
    },
    // TEST-NET-1 of RFC 5737: nobody answers there.
    { announcedAddress: '192.0.2.1' },
  );

  test('the customer reads why, and gets no number', async () => {
    await customer.goTo('/');
    await customer.presses('商談を始める');
    await customer.reads('このままでは商談を始められません');
    await customer.reads('映像と音声の通信が遮断されています');
    await expect(customer.page.getByRole('status', { name: '接続ナンバー' })).toHaveCount(0);
    await expect(customer.button('商談を始める')).toBeVisible();
  });
});
