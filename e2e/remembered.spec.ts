/** Devices that remember each other: both persons press, and next time the two connect without a code. */
import type { Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { cross, expectVerified, meet, ReceiverRoom, SenderRoom } from './support/rooms.ts';

const PATIENCE = { timeout: 60_000 };

/** How far the two are with it, on one page. */
const remembering = (page: Page, by: string) =>
  expect(page.getByTestId('remembering')).toHaveAttribute('data-by', by, PATIENCE);

test('[P-141, P-142] both press "remember", both pages are closed, and next time one press connects; who is forgotten is told', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  await expect(sender.page.getByTestId('remember')).toHaveCount(0);
  await cross(rooms, pictures.small);
  await sender.page.getByTestId('remember').click(PATIENCE);
  await remembering(receiver.page, 'there');
  await remembering(sender.page, 'here');
  await receiver.page.getByTestId('remember').click();
  await remembering(sender.page, 'both');
  await remembering(receiver.page, 'both');
  const next = receiver.page.getByTestId('accept-next');
  await expect(next).not.toBeChecked();
  await next.check();

  const contexts = [sender.page.context(), receiver.page.context()] as const;
  const reopen = async () => {
    const pages = await Promise.all(contexts.map((context) => context.newPage()));
    await pages[0]!.goto(`${server.url}/send/`);
    await pages[1]!.goto(`${server.url}/receive/`);
    for (const page of pages)
      await expect(page.getByTestId('devices')).toHaveAttribute('data-present', 'true', PATIENCE);
    return { sender: new SenderRoom(pages[0]!), receiver: new ReceiverRoom(pages[1]!) };
  };
  await Promise.all([sender.page.close(), receiver.page.close()]);
  const again = await reopen();
  await again.sender.page.getByTestId('device').locator('summary').click();
  await again.sender.page.getByTestId('device-name').fill('Laptop');
  await expect(again.sender.page.getByTestId('device')).toContainText('Laptop');
  await again.sender.page.getByTestId('device-connect').click();
  await again.sender.connection('connected');
  await again.receiver.connection('connected');
  // What was permitted to this device holds: nobody presses anything.
  await expect(again.receiver.page.getByTestId('accept-all')).toBeChecked(PATIENCE);
  await again.sender.pick(pictures.png);
  await expectVerified(again, pictures.png);

  await Promise.all([again.sender.page.close(), again.receiver.page.close()]);
  const last = await reopen();
  await expect(last.sender.page.getByTestId('device')).toContainText('Laptop');
  await last.receiver.page.getByTestId('device').locator('summary').click();
  await last.receiver.page.getByTestId('device-forget').click();
  await expect(last.receiver.page.getByTestId('devices')).toHaveCount(0);
  await last.sender.page.getByTestId('device-connect').click();
  await expect(last.sender.problem('device-away')).toBeVisible(PATIENCE);
});
