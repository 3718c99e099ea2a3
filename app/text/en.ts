/** Every sentence a person sees. The other languages have the same shape, held by the type checker. */
import type { ConnectionState, ProblemCode, TransferState } from '../../lib/session/model.ts';

const problems: Record<ProblemCode, string> = {
  'server-away':
    'The introduction server does not answer. Check that you are online; we keep trying. Transfers already running go on.',
  'code-malformed': 'That is not a whole code. It looks like 42-apple-river: a number and two words.',
  'code-unknown':
    'This code does not work: it was mistyped, used already, or has expired. Ask the sender for a new one.',
  'code-guessed':
    'Somebody joined with a wrong code, so it was thrown away to keep strangers out. Make a new code and share it again.',
  'code-perhaps-guessed':
    'The connection broke off after this code had been used. Somebody may have guessed at it, so it is not used again. Ask the sender for a new one.',
  'code-expired': 'Nobody joined in time and the code has expired. Make a new one.',
  'code-forgotten':
    'The server no longer knows this code, perhaps because it was restarted. Make a new one and share that.',
  'too-many-attempts': 'Too many attempts from this address. Wait a minute, then try again.',
  'version-mismatch': 'The two pages are of different versions. Reload both and try again.',
  tampered: 'A message was changed on the way, so we stopped. Try again with a new code.',
  'no-path':
    'The two devices found no way to each other, not even through the relay. Put both on the same network, or try another one.',
  'no-helpers':
    'The two devices found no way to each other: this server only connects devices of one network. Put both on the same one, or ask its operator for STUN and a relay (TURN).',
  'strict-networks':
    'The two networks allow no direct connection between them, and this server offers no relay. Put both devices on the same network, try a phone’s hotspot, or ask the server’s operator for a relay (TURN).',
  'udp-blocked-here':
    'This device’s network seems to block the packets that a direct connection needs (UDP). Try another network, such as a phone’s hotspot, or ask the server’s operator for a relay on TCP port 443 (TURN).',
  'udp-blocked-there':
    'The other device’s network seems to block the packets that a direct connection needs (UDP). Try another network there, such as a phone’s hotspot, or ask the server’s operator for a relay on TCP port 443 (TURN).',
  'relay-away':
    'The two networks allow no direct connection, and the relay does not answer. Put both devices on the same network, or tell the server’s operator that its relay (TURN) cannot be reached.',
  'relay-missing':
    'Your network address can only be hidden behind a relay, and this server offers none. Switch that off under Options, or ask its operator for a relay (TURN).',
  'connection-lost':
    'The connection was lost and did not come back. Connect again with a new code to go on: what has arrived is kept.',
  flooded:
    'The other side sent more offers or messages than a session may hold, so the connection was ended. What you have received stays here.',
  'peer-left': 'The other side has left. A new code is needed to connect again.',
  'webrtc-missing':
    'This browser cannot connect to others directly, or is set not to (WebRTC). Use a current Chrome, Edge, Firefox or Safari.',
  'page-outdated':
    'A part of this page could not be loaded: the server probably has a newer version, or you are offline. Save what you have received, then reload the page.',
  'webrtc-missing-there':
    'The other side’s browser cannot connect to others directly, or is set not to (WebRTC). It takes a current Chrome, Edge, Firefox or Safari there, and a new code.',
  'peer-failed': 'The other side had to give up; its page says why. Try again with a new code.',
  'digest-mismatch': 'What arrived differs from what was sent, so it was thrown away. Send it again.',
  'source-unreadable':
    'This file could not be read. Perhaps it was moved or is still in the cloud: pick it again.',
  'source-changed': 'The file changed while it was being sent. Pick it again.',
  'storage-full': 'There is no room left on the receiving device. Free some space and try again.',
  'storage-failed':
    'The receiving device could not store this picture. Send it again; if that does not help, reload its page.',
  'too-large': 'This picture is larger than this device can take. Send a smaller version.',
  'timed-out': 'The other side stopped answering. Check both connections and try again.',
  interrupted:
    'The connection was lost before this picture was through. It goes on by itself once both sides are connected again with a new code.',
  'protocol-violation':
    'The other side sent something that makes no sense, so we stopped. Reload both pages and try again.',
  'cancelled-here': 'You cancelled this picture.',
  'cancelled-there': 'The other side cancelled this picture.',
};

const connection: Record<ConnectionState, string> = {
  waiting: 'Waiting for the other side',
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Connection lost, finding it again',
  closed: 'Not connected',
  failed: 'Connection failed',
};

const senderStates: Record<TransferState, string> = {
  queued: 'Ready, waiting for the receiver',
  offered: 'Offered, waiting for them to accept',
  sending: 'Sending',
  receiving: 'Sending',
  paused: 'Paused until the connection is back',
  verifying: 'All sent, the receiver is checking it',
  done: 'Delivered',
  failed: 'Failed',
  cancelled: 'Cancelled',
  declined: 'Declined by the receiver',
};

const receiverStates: Record<TransferState, string> = {
  queued: 'On its way to you',
  offered: 'Do you want this picture?',
  sending: 'Receiving',
  receiving: 'Receiving',
  paused: 'Paused until the connection is back',
  verifying: 'All here, checking it',
  done: 'Received',
  failed: 'Failed',
  cancelled: 'Cancelled',
  declined: 'You declined this picture',
};

export const en = {
  problems,
  connection,
  senderStates,
  receiverStates,
  app: {
    skip: 'Skip to the content',
    language: 'Language',
    send: 'Send',
    receive: 'Receive',
    lab: 'Laboratory',
    footer: 'No account, no upload. The server only introduces the two sides.',
    broken: 'This page could not start. Reload it, and check that nothing blocks scripts.',
    notFound: 'There is nothing at this address.',
    home: 'Start page',
    reload: 'Reload',
    sendingGoesOn: 'Your room for sending is still open.',
    receivingGoesOn: 'Your session for receiving is still open.',
    backToIt: 'Go back to it',
  },
  home: {
    title: 'Send pictures straight to another screen.',
    lead: 'Byte for byte, even where the network loses packets. You see the picture while it is still arriving.',
    send: 'Send pictures',
    sendHint: 'Open a room and share its code',
    receive: 'Receive pictures',
    receiveHint: 'Type the code you were given',
    how: 'How it works',
    steps: [
      'The sender opens a room and gets a short code.',
      'The receiver types the code; the two browsers find each other and agree on a key.',
      'Pictures go directly between them, in small pieces that are checked and repaired on the way.',
    ],
    honestyTitle: 'What the server knows',
    honesty:
      'It introduces the two browsers and passes on sealed messages it cannot read. It never sees a picture, a name or an address inside them. If the two devices cannot reach each other directly, a relay may carry the encrypted packets. Whoever serves these pages could serve other pages: get them from somebody you trust.',
  },
  name: {
    label: 'Your name',
    hint: 'Shown to the other side after you are connected',
  },
  room: {
    title: 'Room',
    stepSend: 'Open a room',
    stepJoin: 'Join the room',
    open: 'Open a room',
    opening: 'Opening…',
    code: 'Room code',
    tellThem: 'Say or send this code to the receiver',
    expires: (when: string) => `Works once, until ${when}`,
    copyCode: 'Copy code',
    copyLink: 'Copy link',
    shareLink: 'Share link',
    copied: 'Copied',
    copyByHand: 'This page may not copy by itself (it needs https). Select the text and copy it.',
    qr: (code: string) => `QR picture of the link to join room ${code}`,
    onlyHere:
      'Only this computer can open this link: it says localhost. Open this page under the computer’s address in your network (it is shown where Tessera was started), then open a room.',
    qrHint: 'Or point the other phone’s camera here',
    newCode: 'New code',
    options: 'Options',
    relayOnly: 'Hide my network address',
    relayOnlyHint: 'Connects through a relay only; slower',
    with: (name: string) => `Connected with ${name}`,
    direct: 'directly',
    relayed: 'through a relay',
    lanes: (count: string) => (count === '1' ? '1 lane' : `${count} lanes`),
    compare: 'Compare with the other screen',
    compareHint: 'The same on both screens: nobody is in between.',
  },
  join: {
    code: 'Room code',
    placeholder: '42-apple-river',
    hint: 'A number and two words, as shown on the sender’s screen',
    join: 'Join',
    joining: 'Joining…',
    fromLink: 'The link brought the code with it. Press Join to connect.',
    mistyped: (word: string, suggestion: string) =>
      `“${word}” is not a word of a code. Did you mean “${suggestion}”?`,
    unknownWord: (word: string) => `“${word}” is not a word of a code. Look at the sender’s screen again.`,
    use: (word: string) => `Use “${word}”`,
    typeInstead: 'Type a code instead',
    scan: 'Scan with the camera',
    scanning: 'Point the camera at the QR picture on the sender’s screen',
    stopScanning: 'Stop the camera',
    noCamera: 'The camera could not be opened. Allow it in the browser, or type the code.',
    waitingForOffer: (name: string) => `Waiting for ${name} to pick pictures`,
    waitingHint: 'They appear here as soon as they are offered.',
    someone: 'the sender',
  },
  pick: {
    step: 'Choose pictures',
    drop: 'Drop pictures here, or paste them',
    choose: 'Choose pictures',
    folder: 'Choose a folder',
    camera: 'Take a photo',
    dropNow: 'Let go to add them',
    sharedAsk: (count: string) =>
      `Pictures handed over from another app: ${count}. Add them only if it was you who shared them.`,
    sharedAdd: 'Add',
    sharedLeave: 'Leave out',
    emptyFolder: 'There is no file in this folder.',
    notPictures: (count: number, written: string) =>
      count === 1
        ? 'One file of the folder is no picture and was left out.'
        : `${written} files of the folder are no pictures and were left out.`,
    tooMany: (left: string, most: string) =>
      `At most ${most} pictures can be added at a time: ${left} more were left out.`,
    goWhenJoined:
      'They are offered as soon as somebody joins: name, size and a small preview. The picture itself goes once it is accepted.',
    goNow: (name: string) =>
      `Offered to ${name} at once: name, size and a small preview. The picture itself goes once it is accepted.`,
  },
  choice: {
    title: 'Send as',
    original: 'Original',
    originalHint: 'Every byte as it is',
    noLocation: 'Original without location',
    noLocationHint: 'Same pixels; coordinates and place names are taken out of the metadata',
    smaller: 'Smaller',
    smallerHint: 'Encoded again, quicker to send',
    quality: 'Quality',
    longestSide: 'Longest side, pixels',
    beforeAfter: (before: string, after: string, saved: string) => `${before} → ${after} (${saved} less)`,
    moves: 'It moves, and would stand still if it were made smaller: the original is sent.',
    notSmaller: 'It would not get smaller, so the original is sent.',
    locationRemoved: 'Location removed; the pixels are untouched.',
    nothingToRemove: 'No location was found in this file.',
    wordsLeft: 'Its title, caption, comment or keywords stay as they are and may name a place in words.',
    cannotRemove: {
      format: 'The location cannot be taken out of this kind of file. Not sent: choose again.',
      'too-large': 'This file is too large to take the location out here. Not sent: choose again.',
      'cannot-be-sure':
        'Part of this file cannot be read or rewritten here and may name a place. Not sent: choose again.',
      unreadable: 'This file could not be read. Not sent: choose again.',
    },
    cannotShrink: 'This browser cannot make this picture smaller. Not sent: choose again.',
    preparing: 'Preparing',
  },
  facts: {
    camera: 'Camera',
    taken: 'Taken',
    placeWarning: 'This picture names a place.',
    placePerhaps: 'Part of this file cannot be read here and may name a place.',
    removePlace: 'Send without location',
    converted:
      'Your device seems to have converted this photo when you picked it: it is not the camera’s own file.',
    pixels: (width: string, height: string) => `${width} × ${height}`,
    untyped: 'File',
  },
  transfer: {
    list: 'Pictures',
    total: (done: string, all: string) => `${done} of ${all} pictures`,
    cancel: 'Cancel',
    cancelAll: 'Cancel all',
    retry: 'Send again',
    remove: 'Remove from the list',
    accept: 'Accept',
    decline: 'Decline',
    acceptAll: (name: string) => `Accept everything from ${name}`,
    acceptAllNow: 'Accept all',
    download: 'Download',
    saving: 'Saving…',
    saveFailed: 'It could not be saved. Try again.',
    view: 'View',
    progress: 'Progress',
    left: (time: string) => `${time} left`,
    almost: 'almost there',
    preparing: 'Reading',
    verified: 'Verified',
    verifiedHint: 'The receiver’s bytes have the same SHA-256 as the sender’s.',
    notShowable: (type: string) =>
      `This browser does not show ${type} pictures. It will be saved exactly as it was sent.`,
    tooManyPixels: 'Too many pixels to show safely here. It will be saved exactly as it was sent.',
    unsure:
      'What this file says of its size cannot be read for certain, so it is not shown here. It will be saved exactly as it was sent.',
    noPreview: 'No preview',
    pictureOf: (name: string) => `Picture ${name}`,
    more: 'What the network did',
  },
  figures: {
    chunks: 'Chunks',
    lost: 'Lost',
    repaired: 'Repaired',
    loss: 'Packet loss',
    success: 'Success',
    sha256: 'SHA-256',
  },
  map: {
    title: 'Chunk map',
    alt: (received: string, total: string, lost: string, repaired: string) =>
      `${received} of ${total} chunks are here; ${lost} were lost, ${repaired} of them repaired.`,
    perCell: (count: string) => `One square is ${count} chunks`,
    oneEach: 'One square is one chunk',
    waiting: 'waiting',
    received: 'received',
    lost: 'lost',
    repaired: 'repaired',
    retransmitted: 'sent again',
    duplicate: 'came twice',
    hints: {
      waiting: 'not sent or not heard of yet',
      received: 'came by itself',
      lost: 'not here yet, although later ones are',
      repaired: 'rebuilt from repair that was sent along',
      retransmitted: 'more had to be sent for it',
      duplicate: 'came when it was here already',
    },
  },
  plots: {
    title: 'Live plots',
    rate: 'Rate, Mbit/s',
    loss: 'Packet loss, %',
    roundTrip: 'Round trip, ms',
    lanes: 'Lanes',
    none: 'Nothing measured yet.',
  },
  log: {
    title: 'Chunk log',
    number: 'Chunk',
    size: 'Bytes',
    total: 'Running total',
    csv: 'Download CSV',
    json: 'Download JSON',
    none: 'Nothing has arrived yet.',
  },
  demo: {
    title: 'What goes over the wire',
    header: 'File header',
    headerBytes: 'The header as bytes',
    imageBytes: 'First bytes of the image',
    chunking: (count: string, size: string, last: string) =>
      `${count} chunks of ${size} bytes, the last one of ${last}`,
    name: 'Name',
    type: 'Type',
    length: 'Length',
    modified: 'Last changed',
    size: 'Width × height',
    bytes: 'bytes',
    later: 'Shown once the file has been read.',
  },
  report: {
    title: 'Report',
    chunksTotal: 'Chunks',
    packetsSent: 'Packets sent',
    packetsLost: 'Packets lost',
    loss: 'Loss',
    success: 'Success',
    retransmitted: 'Sent again',
    repaired: 'Chunks repaired',
    duplicates: 'Duplicates',
    seconds: 'Time',
    averageRate: 'Average rate',
    roundTrip: 'Round trip',
    lanes: 'Lanes',
    path: 'Path',
    direct: 'Direct',
    relayed: 'Through a relay',
    unknown: 'Unknown',
    json: 'Download report (JSON)',
  },
  kept: {
    title: 'Received earlier',
    hint: 'Kept in this browser for a day at most. Save them, or throw them away.',
    throwAway: 'Throw away',
    show: 'Show them',
    throwAll: 'Throw them away',
    others: (pictures: string, parts: string, bytes: string) => {
      const whole = pictures === '1' ? '1 picture' : `${pictures} pictures`;
      const broken = pictures === '0' ? (parts === '1' ? '1 picture' : `${parts} pictures`) : `${parts} more`;
      const both = [...(pictures === '0' ? [] : [whole]), ...(parts === '0' ? [] : [`parts of ${broken}`])];
      return `Left in this browser by other visits: ${both.join(' and ')}, ${bytes} in all.`;
    },
  },
  gallery: {
    zip: 'Save all as ZIP',
    folder: 'Save all to a folder',
    share: 'Share all',
    close: 'Close',
    previous: 'Previous picture',
    next: 'Next picture',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    position: (at: string, all: string) => `${at} of ${all}`,
  },
  device: {
    wakeLockMissing: 'Keep the screen on: this page may not do it by itself.',
  },
  announce: {
    transfer: (name: string, state: string) => `${name}: ${state}`,
  },
};

export type Catalogue = typeof en;
