import type { Catalogue } from './en.ts';

export const de: Catalogue = {
  problems: {
    'server-away':
      'Der Vermittlungsserver antwortet nicht. Prüfe, ob du online bist; wir versuchen es weiter. Laufende Übertragungen gehen weiter.',
    'code-malformed':
      'Das ist kein vollständiger Code. Er sieht aus wie 42-apple-river: eine Zahl und zwei Wörter.',
    'code-unknown':
      'Dieser Code gilt nicht: vertippt, schon benutzt oder abgelaufen. Bitte den Absender um einen neuen.',
    'code-guessed':
      'Jemand ist mit einem falschen Code beigetreten, deshalb wurde er verworfen. Mach einen neuen Code und gib ihn weiter.',
    'code-perhaps-guessed':
      'Die Verbindung brach ab, nachdem dieser Code benutzt war. Vielleicht hat jemand ihn zu erraten versucht, darum wird er nicht noch einmal benutzt. Bitten Sie um einen neuen.',
    'code-expired': 'Niemand ist rechtzeitig beigetreten, der Code ist abgelaufen. Mach einen neuen.',
    'code-forgotten':
      'Der Server kennt diesen Code nicht mehr, vielleicht wurde er neu gestartet. Mach einen neuen und gib diesen weiter.',
    'too-many-attempts':
      'Zu viele Versuche von dieser Adresse. Warte eine Minute und versuche es noch einmal.',
    'version-mismatch': 'Die beiden Seiten haben verschiedene Versionen. Lade beide neu.',
    tampered:
      'Eine Nachricht wurde unterwegs verändert, darum wurde abgebrochen. Versuche es mit einem neuen Code.',
    'no-path':
      'Die beiden Geräte finden keinen Weg zueinander, auch nicht über das Relais. Bring beide ins selbe Netz oder versuche es in einem anderen.',
    'no-helpers':
      'Die beiden Geräte finden keinen Weg zueinander: Dieser Server verbindet nur Geräte in einem Netz. Bring beide ins selbe oder bitte den Betreiber um STUN und ein Relais (TURN).',
    'strict-networks':
      'Die beiden Netze lassen keine direkte Verbindung zu, und dieser Server bietet kein Relais. Bring beide Geräte ins selbe Netz, nimm den Hotspot eines Telefons oder bitte den Betreiber um ein Relais (TURN).',
    'udp-blocked-here':
      'Das Netz dieses Geräts sperrt offenbar die Pakete, die eine direkte Verbindung braucht (UDP). Nimm ein anderes Netz, etwa den Hotspot eines Telefons, oder bitte den Betreiber um ein Relais auf TCP-Port 443 (TURN).',
    'udp-blocked-there':
      'Das Netz des anderen Geräts sperrt offenbar die Pakete, die eine direkte Verbindung braucht (UDP). Dort hilft ein anderes Netz, etwa der Hotspot eines Telefons, oder ein Relais auf TCP-Port 443 (TURN) vom Betreiber.',
    'relay-away':
      'Die beiden Netze lassen keine direkte Verbindung zu, und das Relais antwortet nicht. Bring beide Geräte ins selbe Netz oder sag dem Betreiber, dass sein Relais (TURN) nicht erreichbar ist.',
    'relay-missing':
      'Deine Netzadresse lässt sich nur hinter einem Relais verbergen, und dieser Server bietet keines. Schalte das in den Optionen aus oder bitte den Betreiber um ein Relais (TURN).',
    'connection-lost':
      'Die Verbindung ging verloren und kam nicht wieder. Verbindet euch mit einem neuen Code, dann geht es weiter: was schon da ist, bleibt.',
    flooded:
      'Die andere Seite hat mehr Angebote oder Nachrichten geschickt, als eine Sitzung fassen darf. Darum wurde die Verbindung beendet. Was du empfangen hast, bleibt hier.',
    'peer-left': 'Die andere Seite ist gegangen. Wieder verbinden könnt ihr euch mit einem neuen Code.',
    'webrtc-missing':
      'Dieser Browser kann oder darf sich nicht direkt mit anderen verbinden (WebRTC). Nimm einen aktuellen Chrome, Edge, Firefox oder Safari.',
    'page-outdated':
      'Ein Teil dieser Seite ließ sich nicht laden: Wahrscheinlich hat der Server eine neuere Version, oder du bist offline. Speichere, was du empfangen hast, und lade die Seite dann neu.',
    'webrtc-missing-there':
      'Der Browser der anderen Seite kann oder darf sich nicht direkt verbinden (WebRTC). Dort braucht es einen aktuellen Chrome, Edge, Firefox oder Safari und einen neuen Code.',
    'peer-failed':
      'Die andere Seite musste aufgeben; ihre Seite sagt, warum. Versuche es mit einem neuen Code.',
    'digest-mismatch':
      'Was ankam, ist nicht das, was gesendet wurde, und wurde deshalb verworfen. Sende es noch einmal.',
    'source-unreadable':
      'Diese Datei ließ sich nicht lesen. Vielleicht wurde sie verschoben oder liegt noch in der Cloud: wähle sie neu aus.',
    'source-changed': 'Die Datei hat sich während des Sendens geändert. Wähle sie neu aus.',
    'storage-full':
      'Auf dem empfangenden Gerät ist kein Platz mehr. Schaffe Platz und versuche es noch einmal.',
    'storage-failed':
      'Das empfangende Gerät konnte dieses Bild nicht speichern. Sende es noch einmal; hilft das nicht, lade dort die Seite neu.',
    'too-large': 'Dieses Bild ist größer, als dieses Gerät annehmen kann. Sende eine kleinere Fassung.',
    'timed-out':
      'Die andere Seite antwortet nicht mehr. Prüfe beide Verbindungen und versuche es noch einmal.',
    interrupted:
      'Die Verbindung ging verloren, bevor dieses Bild ganz da war. Es geht von selbst weiter, sobald beide mit einem neuen Code wieder verbunden sind.',
    'protocol-violation':
      'Die andere Seite hat etwas Unsinniges gesendet, darum wurde abgebrochen. Lade beide Seiten neu.',
    'cancelled-here': 'Du hast dieses Bild abgebrochen.',
    'cancelled-there': 'Die andere Seite hat dieses Bild abgebrochen.',
  },
  connection: {
    waiting: 'Warten auf die andere Seite',
    connecting: 'Verbinden',
    connected: 'Verbunden',
    reconnecting: 'Verbindung verloren, sie wird gesucht',
    closed: 'Nicht verbunden',
    failed: 'Verbindung gescheitert',
  },
  senderStates: {
    queued: 'Bereit, wartet auf den Empfänger',
    offered: 'Angeboten, wartet auf Annahme',
    sending: 'Wird gesendet',
    receiving: 'Wird gesendet',
    paused: 'Angehalten, bis die Verbindung wieder da ist',
    verifying: 'Alles gesendet, der Empfänger prüft',
    done: 'Zugestellt',
    failed: 'Gescheitert',
    cancelled: 'Abgebrochen',
    declined: 'Vom Empfänger abgelehnt',
  },
  receiverStates: {
    queued: 'Unterwegs zu dir',
    offered: 'Möchtest du dieses Bild?',
    sending: 'Wird empfangen',
    receiving: 'Wird empfangen',
    paused: 'Angehalten, bis die Verbindung wieder da ist',
    verifying: 'Alles da, wird geprüft',
    done: 'Empfangen',
    failed: 'Gescheitert',
    cancelled: 'Abgebrochen',
    declined: 'Du hast dieses Bild abgelehnt',
  },
  app: {
    skip: 'Zum Inhalt',
    language: 'Sprache',
    send: 'Senden',
    receive: 'Empfangen',
    lab: 'Labor',
    footer: 'Kein Konto, kein Hochladen. Der Server macht die beiden Seiten nur bekannt.',
    broken: 'Diese Seite konnte nicht starten. Lade sie neu und prüfe, ob etwas Skripte blockiert.',
    notFound: 'Unter dieser Adresse gibt es nichts.',
    home: 'Startseite',
    reload: 'Neu laden',
    sendingGoesOn: 'Dein Raum zum Senden ist noch offen.',
    receivingGoesOn: 'Deine Sitzung zum Empfangen ist noch offen.',
    backToIt: 'Dorthin zurück',
  },
  home: {
    title: 'Bilder direkt auf einen anderen Bildschirm senden.',
    lead: 'Byte für Byte, auch wo das Netz Pakete verliert. Du siehst das Bild, während es noch ankommt.',
    send: 'Bilder senden',
    sendHint: 'Einen Raum öffnen und den Code weitergeben',
    receive: 'Bilder empfangen',
    receiveHint: 'Den Code eingeben, den du bekommen hast',
    how: 'So geht es',
    steps: [
      'Der Absender öffnet einen Raum und bekommt einen kurzen Code.',
      'Der Empfänger gibt den Code ein; die beiden Browser finden sich und einigen sich auf einen Schlüssel.',
      'Die Bilder gehen direkt hinüber, in kleinen Stücken, die unterwegs geprüft und ersetzt werden.',
    ],
    honestyTitle: 'Was der Server weiß',
    honesty:
      'Er macht die beiden Browser bekannt und reicht versiegelte Nachrichten weiter, die er nicht lesen kann. Er sieht kein Bild, keinen Namen und keine Adresse darin. Wenn sich die Geräte nicht direkt erreichen, kann ein Relais die verschlüsselten Pakete tragen. Wer diese Seiten ausliefert, könnte andere ausliefern: hol sie von jemandem, dem du vertraust.',
  },
  name: {
    label: 'Dein Name',
    hint: 'Die andere Seite sieht ihn, sobald ihr verbunden seid',
  },
  room: {
    title: 'Raum',
    stepSend: 'Raum öffnen',
    stepJoin: 'Raum betreten',
    open: 'Raum öffnen',
    opening: 'Wird geöffnet …',
    code: 'Raumcode',
    tellThem: 'Sag oder schick diesen Code dem Empfänger',
    expires: (when) => `Gilt einmal, bis ${when}`,
    copyCode: 'Code kopieren',
    copyLink: 'Link kopieren',
    shareLink: 'Link teilen',
    copied: 'Kopiert',
    copyByHand:
      'Diese Seite darf nicht selbst kopieren (dafür braucht sie https). Markiere den Text und kopiere ihn.',
    qr: (code) => `QR-Bild des Links zum Raum ${code}`,
    onlyHere:
      'Diesen Link kann nur dieser Computer öffnen: darin steht localhost. Öffne diese Seite unter der Adresse, die der Computer in deinem Netz hat (sie steht dort, wo Tessera gestartet wurde), und dann einen Raum.',
    qrHint: 'Oder die Kamera des anderen Telefons hierauf richten',
    newCode: 'Neuer Code',
    options: 'Optionen',
    relayOnly: 'Meine Netzadresse verbergen',
    relayOnlyHint: 'Verbindet nur über ein Relais; langsamer',
    with: (name) => `Verbunden mit ${name}`,
    direct: 'direkt',
    relayed: 'über ein Relais',
    lanes: (count) => (count === '1' ? '1 Spur' : `${count} Spuren`),
    compare: 'Mit dem anderen Bildschirm vergleichen',
    compareHint: 'Auf beiden gleich: niemand ist dazwischen.',
  },
  join: {
    code: 'Raumcode',
    placeholder: '42-apple-river',
    hint: 'Eine Zahl und zwei Wörter, wie beim Absender angezeigt',
    join: 'Beitreten',
    joining: 'Verbinden …',
    fromLink: 'Der Link hat den Code mitgebracht. Drücke Beitreten, um dich zu verbinden.',
    mistyped: (word, suggestion) => `„${word}“ ist kein Wort eines Codes. Meintest du „${suggestion}“?`,
    unknownWord: (word) => `„${word}“ ist kein Wort eines Codes. Sieh noch einmal beim Absender nach.`,
    use: (word) => `„${word}“ nehmen`,
    typeInstead: 'Lieber einen Code eingeben',
    scan: 'Mit der Kamera scannen',
    scanning: 'Richte die Kamera auf das QR-Bild beim Absender',
    stopScanning: 'Kamera ausschalten',
    noCamera: 'Die Kamera ließ sich nicht öffnen. Erlaube sie im Browser oder gib den Code ein.',
    waitingForOffer: (name) => `Warten, bis ${name} Bilder auswählt`,
    waitingHint: 'Sie erscheinen hier, sobald sie angeboten werden.',
    someone: 'der Absender',
  },
  pick: {
    step: 'Bilder auswählen',
    drop: 'Bilder hier ablegen oder einfügen',
    choose: 'Bilder auswählen',
    folder: 'Ordner auswählen',
    camera: 'Foto aufnehmen',
    dropNow: 'Loslassen, um sie hinzuzufügen',
    sharedAsk: (count: string) =>
      `Aus einer anderen App übergebene Bilder: ${count}. Füge sie nur hinzu, wenn du sie selbst geteilt hast.`,
    sharedAdd: 'Hinzufügen',
    sharedLeave: 'Weglassen',
    emptyFolder: 'In diesem Ordner ist keine Datei.',
    notPictures: (count: number, written: string) =>
      count === 1
        ? 'Eine Datei des Ordners ist kein Bild und wurde weggelassen.'
        : `${written} Dateien des Ordners sind keine Bilder und wurden weggelassen.`,
    tooMany: (left: string, most: string) =>
      `Auf einmal lassen sich höchstens ${most} Bilder hinzufügen: ${left} weitere wurden weggelassen.`,
    goWhenJoined:
      'Sie werden angeboten, sobald jemand beitritt: Name, Größe und eine kleine Vorschau. Das Bild selbst geht erst, wenn es angenommen ist.',
    goNow: (name) =>
      `Wird ${name} gleich angeboten: Name, Größe und eine kleine Vorschau. Das Bild selbst geht erst, wenn es angenommen ist.`,
  },
  choice: {
    title: 'Senden als',
    original: 'Original',
    originalHint: 'Jedes Byte, wie es ist',
    noLocation: 'Original ohne Ort',
    noLocationHint: 'Dieselben Pixel; Koordinaten und Ortsangaben werden aus den Metadaten entfernt',
    smaller: 'Kleiner',
    smallerHint: 'Neu kodiert, schneller gesendet',
    quality: 'Qualität',
    longestSide: 'Längste Seite, Pixel',
    beforeAfter: (before, after, saved) => `${before} → ${after} (${saved} weniger)`,
    moves: 'Es bewegt sich und stünde verkleinert still: Das Original wird gesendet.',
    notSmaller: 'Es würde nicht kleiner, darum geht das Original.',
    locationRemoved: 'Ort entfernt; die Pixel sind unverändert.',
    nothingToRemove: 'In dieser Datei wurde kein Ort gefunden.',
    wordsLeft:
      'Titel, Bildunterschrift, Kommentar oder Stichwörter bleiben, wie sie sind, und könnten einen Ort in Worten nennen.',
    cannotRemove: {
      format: 'Aus Dateien dieser Art lässt sich der Ort nicht entfernen. Nicht gesendet: wähle neu.',
      'too-large': 'Diese Datei ist zu groß, um den Ort hier zu entfernen. Nicht gesendet: wähle neu.',
      'cannot-be-sure':
        'Ein Teil dieser Datei lässt sich hier nicht lesen oder ändern und könnte einen Ort nennen. Nicht gesendet: wähle neu.',
      unreadable: 'Diese Datei konnte nicht gelesen werden. Nicht gesendet: wähle neu.',
    },
    cannotShrink: 'Dieser Browser kann dieses Bild nicht verkleinern. Nicht gesendet: wähle neu.',
    preparing: 'Wird vorbereitet',
  },
  facts: {
    camera: 'Kamera',
    taken: 'Aufgenommen',
    placeWarning: 'Dieses Bild nennt einen Ort.',
    placePerhaps: 'Ein Teil dieser Datei lässt sich hier nicht lesen und könnte einen Ort nennen.',
    removePlace: 'Ohne Ort senden',
    converted:
      'Dein Gerät hat dieses Foto beim Auswählen wohl umgewandelt: es ist nicht die Datei der Kamera selbst.',
    pixels: (width, height) => `${width} × ${height}`,
    untyped: 'Datei',
  },
  transfer: {
    list: 'Bilder',
    total: (done, all) => `${done} von ${all} Bildern`,
    cancel: 'Abbrechen',
    cancelAll: 'Alle abbrechen',
    retry: 'Noch einmal senden',
    remove: 'Aus der Liste nehmen',
    accept: 'Annehmen',
    decline: 'Ablehnen',
    acceptAll: (name) => `Alles von ${name} annehmen`,
    acceptAllNow: 'Alle annehmen',
    download: 'Herunterladen',
    saving: 'Wird gespeichert …',
    saveFailed: 'Das Speichern ist gescheitert. Versuche es noch einmal.',
    view: 'Ansehen',
    progress: 'Fortschritt',
    left: (time) => `noch ${time}`,
    almost: 'gleich fertig',
    preparing: 'Wird gelesen',
    verified: 'Geprüft',
    verifiedHint: 'Die Bytes des Empfängers haben dieselbe SHA-256 wie die des Absenders.',
    notShowable: (type) =>
      `Dieser Browser zeigt keine ${type}-Bilder. Gespeichert wird es genau so, wie es gesendet wurde.`,
    tooManyPixels:
      'Zu viele Pixel, um es hier sicher zu zeigen. Gespeichert wird es genau so, wie es gesendet wurde.',
    unsure:
      'Wie groß dieses Bild ist, lässt sich nicht sicher lesen, darum wird es hier nicht gezeigt. Gespeichert wird es genau so, wie es gesendet wurde.',
    noPreview: 'Keine Vorschau',
    pictureOf: (name) => `Bild ${name}`,
    more: 'Was das Netz gemacht hat',
  },
  figures: {
    chunks: 'Stücke',
    lost: 'Verloren',
    repaired: 'Ersetzt',
    loss: 'Paketverlust',
    success: 'Erfolg',
    sha256: 'SHA-256',
  },
  map: {
    title: 'Karte der Stücke',
    alt: (received, total, lost, repaired) =>
      `${received} von ${total} Stücken sind da; ${lost} gingen verloren, ${repaired} davon wurden ersetzt.`,
    perCell: (count) => `Ein Quadrat sind ${count} Stücke`,
    oneEach: 'Ein Quadrat ist ein Stück',
    waiting: 'fehlt noch',
    received: 'da',
    lost: 'verloren',
    repaired: 'ersetzt',
    retransmitted: 'noch einmal gesendet',
    duplicate: 'doppelt',
    hints: {
      waiting: 'noch nicht gesendet oder nichts davon gehört',
      received: 'von selbst angekommen',
      lost: 'noch nicht da, obwohl spätere es sind',
      repaired: 'aus mitgesendeter Reparatur wiederhergestellt',
      retransmitted: 'dafür musste mehr gesendet werden',
      duplicate: 'kam, als es schon da war',
    },
  },
  plots: {
    title: 'Verlauf',
    rate: 'Rate, Mbit/s',
    loss: 'Paketverlust, %',
    roundTrip: 'Umlaufzeit, ms',
    lanes: 'Spuren',
    none: 'Noch nichts gemessen.',
  },
  log: {
    title: 'Protokoll der Stücke',
    number: 'Stück',
    size: 'Bytes',
    total: 'Zusammen',
    csv: 'CSV herunterladen',
    json: 'JSON herunterladen',
    none: 'Noch ist nichts angekommen.',
  },
  demo: {
    title: 'Was über die Leitung geht',
    header: 'Dateikopf',
    headerBytes: 'Der Kopf als Bytes',
    imageBytes: 'Die ersten Bytes des Bildes',
    chunking: (count, size, last) => `${count} Stücke zu ${size} Bytes, das letzte zu ${last}`,
    name: 'Name',
    type: 'Typ',
    length: 'Länge',
    modified: 'Zuletzt geändert',
    size: 'Breite × Höhe',
    bytes: 'Bytes',
    later: 'Wird gezeigt, sobald die Datei gelesen ist.',
  },
  report: {
    title: 'Bericht',
    chunksTotal: 'Stücke',
    packetsSent: 'Pakete gesendet',
    packetsLost: 'Pakete verloren',
    loss: 'Verlust',
    success: 'Erfolg',
    retransmitted: 'Noch einmal gesendet',
    repaired: 'Stücke ersetzt',
    duplicates: 'Doppelte',
    seconds: 'Zeit',
    averageRate: 'Mittlere Rate',
    roundTrip: 'Umlaufzeit',
    lanes: 'Spuren',
    path: 'Weg',
    direct: 'Direkt',
    relayed: 'Über ein Relais',
    unknown: 'Unbekannt',
    json: 'Bericht herunterladen (JSON)',
  },
  kept: {
    title: 'Früher empfangen',
    hint: 'Liegt höchstens einen Tag in diesem Browser. Speichere die Bilder oder wirf sie weg.',
    throwAway: 'Wegwerfen',
    show: 'Anzeigen',
    throwAll: 'Alles wegwerfen',
    others: (pictures: string, parts: string, bytes: string) => {
      const whole = pictures === '1' ? '1 Bild' : `${pictures} Bilder`;
      const more = parts === '1' ? 'einem weiteren' : `${parts} weiteren`;
      const alone = parts === '1' ? 'einem Bild' : `${parts} Bildern`;
      const both = [
        ...(pictures === '0' ? [] : [whole]),
        ...(parts === '0' ? [] : [`Teile von ${pictures === '0' ? alone : more}`]),
      ];
      return `Aus anderen Besuchen noch in diesem Browser: ${both.join(' und ')}, zusammen ${bytes}.`;
    },
  },
  gallery: {
    zip: 'Alle als ZIP speichern',
    folder: 'Alle in einen Ordner speichern',
    share: 'Alle teilen',
    close: 'Schließen',
    previous: 'Voriges Bild',
    next: 'Nächstes Bild',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    position: (at, all) => `${at} von ${all}`,
  },
  device: {
    wakeLockMissing: 'Lass den Bildschirm an: diese Seite darf das nicht selbst tun.',
  },
  announce: {
    transfer: (name, state) => `${name}: ${state}`,
  },
};
