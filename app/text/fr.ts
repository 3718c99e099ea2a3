import type { Catalogue } from './en.ts';

export const fr: Catalogue = {
  problems: {
    'server-away':
      'Le serveur de mise en relation ne répond pas. Vérifiez votre connexion ; nous réessayons. Les envois en cours continuent.',
    'code-malformed': 'Ce code est incomplet. Il ressemble à 42-apple-river : un nombre et deux mots.',
    'code-unknown':
      'Ce code ne fonctionne pas : mal tapé, déjà utilisé ou expiré. Demandez-en un nouveau à l’expéditeur.',
    'code-guessed':
      'Quelqu’un est venu avec un mauvais code ; il a été annulé par sécurité. Créez un nouveau code et partagez-le.',
    'code-perhaps-guessed':
      'La connexion s’est interrompue après l’utilisation de ce code. Quelqu’un a peut-être essayé de le deviner : il ne sera plus utilisé. Demandez-en un nouveau.',
    'code-expired': 'Personne n’est venu à temps et le code a expiré. Créez-en un nouveau.',
    'code-forgotten':
      'Le serveur ne connaît plus ce code ; il a peut-être été redémarré. Créez-en un nouveau et partagez celui-là.',
    'too-many-attempts': 'Trop d’essais depuis cette adresse. Attendez une minute, puis réessayez.',
    'version-mismatch': 'Les deux pages n’ont pas la même version. Rechargez-les toutes les deux.',
    tampered: 'Un message a été modifié en chemin ; tout a été arrêté. Réessayez avec un nouveau code.',
    'no-path':
      'Les deux appareils ne trouvent pas de chemin, même par le relais. Mettez-les sur le même réseau, ou essayez-en un autre.',
    'no-helpers':
      'Les deux appareils ne trouvent pas de chemin : ce serveur ne relie que les appareils d’un même réseau. Mettez-les sur le même, ou demandez à l’exploitant STUN et un relais (TURN).',
    'strict-networks':
      'Les deux réseaux ne permettent aucune connexion directe et ce serveur n’offre pas de relais. Mettez les deux appareils sur le même réseau, essayez le partage de connexion d’un téléphone, ou demandez un relais (TURN) à l’exploitant.',
    'udp-blocked-here':
      'Le réseau de cet appareil semble bloquer les paquets nécessaires à une connexion directe (UDP). Essayez un autre réseau, par exemple le partage de connexion d’un téléphone, ou demandez à l’exploitant un relais sur le port TCP 443 (TURN).',
    'udp-blocked-there':
      'Le réseau de l’autre appareil semble bloquer les paquets nécessaires à une connexion directe (UDP). Essayez là-bas un autre réseau, par exemple le partage de connexion d’un téléphone, ou demandez à l’exploitant un relais sur le port TCP 443 (TURN).',
    'relay-away':
      'Les deux réseaux ne permettent aucune connexion directe et le relais ne répond pas. Mettez les deux appareils sur le même réseau, ou signalez à l’exploitant que son relais (TURN) est injoignable.',
    'relay-missing':
      'Votre adresse réseau ne peut être cachée que par un relais, et ce serveur n’en offre pas. Désactivez ce choix dans les options, ou demandez un relais (TURN) à l’exploitant.',
    'connection-lost':
      'La connexion a été perdue et n’est pas revenue. Reconnectez-vous avec un nouveau code pour continuer : ce qui est arrivé est gardé.',
    flooded:
      'L’autre côté a envoyé plus d’offres ou de messages qu’une session ne peut en contenir ; la connexion a donc été fermée. Ce que vous avez reçu reste ici.',
    'peer-left': 'L’autre côté est parti. Il faut un nouveau code pour se reconnecter.',
    'webrtc-missing':
      'Ce navigateur ne peut pas se connecter directement à d’autres, ou est réglé pour ne pas le faire (WebRTC). Utilisez un Chrome, Edge, Firefox ou Safari récent.',
    'page-outdated':
      'Une partie de cette page n’a pas pu être chargée : le serveur a sans doute une version plus récente, ou vous êtes hors ligne. Enregistrez ce que vous avez reçu, puis rechargez la page.',
    'webrtc-missing-there':
      'Le navigateur de l’autre côté ne peut pas se connecter directement, ou est réglé pour ne pas le faire (WebRTC). Il y faut un Chrome, Edge, Firefox ou Safari récent, et un nouveau code.',
    'peer-failed': 'L’autre côté a dû abandonner ; sa page dit pourquoi. Réessayez avec un nouveau code.',
    'digest-mismatch': 'Ce qui est arrivé diffère de ce qui a été envoyé et a été jeté. Renvoyez l’image.',
    'source-unreadable':
      'Ce fichier n’a pas pu être lu. Il a peut-être été déplacé ou se trouve encore dans le nuage : choisissez-le à nouveau.',
    'source-changed': 'Le fichier a changé pendant l’envoi. Choisissez-le à nouveau.',
    'storage-full': 'Il n’y a plus de place sur l’appareil qui reçoit. Libérez de l’espace et réessayez.',
    'storage-failed':
      'L’appareil qui reçoit n’a pas pu enregistrer cette image. Renvoyez-la ; si cela ne suffit pas, rechargez-y la page.',
    'too-large': 'Cette image est trop grande pour cet appareil. Envoyez une version plus petite.',
    'timed-out': 'L’autre côté ne répond plus. Vérifiez les deux connexions et réessayez.',
    interrupted:
      'La connexion a été perdue avant que cette image soit passée. L’envoi reprend de lui-même dès que les deux côtés sont reconnectés avec un nouveau code.',
    'protocol-violation':
      'L’autre côté a envoyé quelque chose d’incohérent ; arrêt. Rechargez les deux pages.',
    'cancelled-here': 'Vous avez annulé cette image.',
    'cancelled-there': 'L’autre côté a annulé cette image.',
  },
  connection: {
    waiting: 'En attente de l’autre côté',
    connecting: 'Connexion',
    connected: 'Connecté',
    reconnecting: 'Connexion perdue, recherche en cours',
    closed: 'Non connecté',
    failed: 'Échec de la connexion',
  },
  senderStates: {
    queued: 'Prête, en attente du destinataire',
    offered: 'Proposée, en attente d’acceptation',
    sending: 'Envoi',
    receiving: 'Envoi',
    paused: 'En pause jusqu’au retour de la connexion',
    verifying: 'Tout est envoyé, le destinataire vérifie',
    done: 'Remise',
    failed: 'Échec',
    cancelled: 'Annulée',
    declined: 'Refusée par le destinataire',
  },
  receiverStates: {
    queued: 'En route vers vous',
    offered: 'Voulez-vous cette image ?',
    sending: 'Réception',
    receiving: 'Réception',
    paused: 'En pause jusqu’au retour de la connexion',
    verifying: 'Tout est là, vérification',
    done: 'Reçue',
    failed: 'Échec',
    cancelled: 'Annulée',
    declined: 'Vous avez refusé cette image',
  },
  app: {
    skip: 'Aller au contenu',
    language: 'Langue',
    send: 'Envoyer',
    receive: 'Recevoir',
    lab: 'Laboratoire',
    footer: 'Sans compte, sans dépôt. Le serveur ne fait que présenter les deux côtés.',
    broken: 'Cette page n’a pas pu démarrer. Rechargez-la et vérifiez que rien ne bloque les scripts.',
    notFound: 'Il n’y a rien à cette adresse.',
    home: 'Accueil',
    reload: 'Recharger',
    sendingGoesOn: 'Votre salle d’envoi est toujours ouverte.',
    receivingGoesOn: 'Votre session de réception est toujours ouverte.',
    backToIt: 'Y revenir',
  },
  home: {
    title: 'Envoyez des images droit vers un autre écran.',
    lead: 'Octet pour octet, même là où le réseau perd des paquets. L’image se voit pendant qu’elle arrive.',
    send: 'Envoyer des images',
    sendHint: 'Ouvrir une salle et partager son code',
    receive: 'Recevoir des images',
    receiveHint: 'Taper le code reçu',
    how: 'Comment ça marche',
    steps: [
      'L’expéditeur ouvre une salle et obtient un code court.',
      'Le destinataire tape le code ; les deux navigateurs se trouvent et conviennent d’une clé.',
      'Les images passent directement, en petits morceaux vérifiés et réparés en chemin.',
    ],
    honestyTitle: 'Ce que sait le serveur',
    honesty:
      'Il présente les deux navigateurs et transmet des messages scellés qu’il ne peut pas lire. Il n’y voit ni image, ni nom, ni adresse. Si les appareils ne peuvent pas se joindre directement, un relais peut porter les paquets chiffrés. Qui sert ces pages pourrait en servir d’autres : prenez-les chez quelqu’un de confiance.',
  },
  name: {
    label: 'Votre nom',
    hint: 'L’autre côté le voit une fois connecté',
  },
  room: {
    title: 'Salle',
    stepSend: 'Ouvrir une salle',
    stepJoin: 'Rejoindre la salle',
    open: 'Ouvrir une salle',
    opening: 'Ouverture…',
    code: 'Code de la salle',
    tellThem: 'Dites ou envoyez ce code au destinataire',
    expires: (when) => `Valable une fois, jusqu’à ${when}`,
    copyCode: 'Copier le code',
    copyLink: 'Copier le lien',
    shareLink: 'Partager le lien',
    copied: 'Copié',
    copyByHand:
      'Cette page ne peut pas copier elle-même (il faut https). Sélectionnez le texte et copiez-le.',
    qr: (code) => `Image QR du lien vers la salle ${code}`,
    onlyHere:
      'Seul cet ordinateur peut ouvrir ce lien : il contient localhost. Ouvrez cette page à l’adresse de l’ordinateur dans votre réseau (elle s’affiche là où Tessera a été lancé), puis ouvrez une salle.',
    qrHint: 'Ou visez ceci avec l’appareil photo de l’autre téléphone',
    newCode: 'Nouveau code',
    options: 'Options',
    relayOnly: 'Cacher mon adresse réseau',
    relayOnlyHint: 'Passe uniquement par un relais ; plus lent',
    with: (name) => `Connecté avec ${name}`,
    direct: 'directement',
    relayed: 'par un relais',
    lanes: (count) => (count === '1' ? '1 voie' : `${count} voies`),
    compare: 'Comparer avec l’autre écran',
    compareHint: 'Identique sur les deux écrans : personne n’est entre vous.',
  },
  join: {
    code: 'Code de la salle',
    placeholder: '42-apple-river',
    hint: 'Un nombre et deux mots, comme chez l’expéditeur',
    join: 'Rejoindre',
    joining: 'Connexion…',
    fromLink: 'Le lien a apporté le code. Appuyez sur Rejoindre pour vous connecter.',
    mistyped: (word, suggestion) =>
      `« ${word} » n’est pas un mot de code. Vouliez-vous dire « ${suggestion} » ?`,
    unknownWord: (word) => `« ${word} » n’est pas un mot de code. Regardez encore chez l’expéditeur.`,
    use: (word) => `Prendre « ${word} »`,
    typeInstead: 'Taper plutôt un code',
    scan: 'Scanner avec l’appareil photo',
    scanning: 'Visez l’image QR sur l’écran de l’expéditeur',
    stopScanning: 'Arrêter l’appareil photo',
    noCamera: 'L’appareil photo n’a pas pu s’ouvrir. Autorisez-le dans le navigateur, ou tapez le code.',
    waitingForOffer: (name) => `En attente des images de ${name}`,
    waitingHint: 'Elles apparaissent ici dès qu’elles sont proposées.',
    someone: 'l’expéditeur',
  },
  pick: {
    step: 'Choisir des images',
    drop: 'Déposez ou collez des images ici',
    choose: 'Choisir des images',
    folder: 'Choisir un dossier',
    camera: 'Prendre une photo',
    dropNow: 'Lâchez pour les ajouter',
    sharedAsk: (count: string) =>
      `Images transmises par une autre application : ${count}. Ajoutez-les seulement si c’est vous qui les avez partagées.`,
    sharedAdd: 'Ajouter',
    sharedLeave: 'Ne pas ajouter',
    emptyFolder: 'Il n’y a aucun fichier dans ce dossier.',
    notPictures: (count: number, written: string) =>
      count === 1
        ? 'Un fichier du dossier n’est pas une image et a été laissé de côté.'
        : `${written} fichiers du dossier ne sont pas des images et ont été laissés de côté.`,
    tooMany: (left: string, most: string) =>
      `On peut ajouter au plus ${most} images à la fois : ${left} autres ont été laissées de côté.`,
    goWhenJoined:
      'Elles sont proposées dès que quelqu’un arrive : nom, taille et un petit aperçu. L’image elle-même ne part qu’une fois acceptée.',
    goNow: (name) =>
      `Proposées aussitôt à ${name} : nom, taille et un petit aperçu. L’image elle-même ne part qu’une fois acceptée.`,
  },
  choice: {
    title: 'Envoyer comme',
    original: 'Original',
    originalHint: 'Chaque octet tel quel',
    noLocation: 'Original sans lieu',
    noLocationHint: 'Mêmes pixels ; coordonnées et noms de lieux sont retirés des métadonnées',
    smaller: 'Plus petite',
    smallerHint: 'Encodée à nouveau, envoi plus rapide',
    quality: 'Qualité',
    longestSide: 'Plus grand côté, pixels',
    beforeAfter: (before, after, saved) => `${before} → ${after} (${saved} de moins)`,
    moves: 'Elle est animée et serait figée une fois réduite : l’original est envoyé.',
    notSmaller: 'Elle ne serait pas plus petite ; l’original est envoyé.',
    locationRemoved: 'Lieu retiré ; les pixels sont intacts.',
    nothingToRemove: 'Aucun lieu n’a été trouvé dans ce fichier.',
    wordsLeft:
      'Le titre, la légende, le commentaire ou les mots-clés restent tels quels et peuvent nommer un lieu.',
    cannotRemove: {
      format: 'Le lieu ne peut pas être retiré de ce type de fichier. Pas envoyée : choisissez autrement.',
      'too-large':
        'Ce fichier est trop volumineux pour en retirer le lieu ici. Pas envoyée : choisissez autrement.',
      'cannot-be-sure':
        'Une partie de ce fichier ne peut être ni lue ni modifiée ici et pourrait indiquer un lieu. Pas envoyée : choisissez autrement.',
      unreadable: 'Ce fichier n’a pas pu être lu. Pas envoyée : choisissez autrement.',
    },
    cannotShrink: 'Ce navigateur ne peut pas réduire cette image. Pas envoyée : choisissez autrement.',
    preparing: 'Préparation',
  },
  facts: {
    camera: 'Appareil',
    taken: 'Prise le',
    placeWarning: 'Cette image indique un lieu.',
    placePerhaps: 'Une partie de ce fichier n’est pas lisible ici et pourrait indiquer un lieu.',
    removePlace: 'Envoyer sans le lieu',
    converted:
      'Votre appareil semble avoir converti cette photo au moment du choix : ce n’est pas le fichier d’origine.',
    pixels: (width, height) => `${width} × ${height}`,
    untyped: 'Fichier',
  },
  transfer: {
    list: 'Images',
    total: (done, all) => `${done} images sur ${all}`,
    cancel: 'Annuler',
    cancelAll: 'Tout annuler',
    retry: 'Renvoyer',
    remove: 'Retirer de la liste',
    accept: 'Accepter',
    decline: 'Refuser',
    acceptAll: (name) => `Tout accepter de ${name}`,
    acceptAllNow: 'Tout accepter',
    download: 'Télécharger',
    saving: 'Enregistrement…',
    saveFailed: 'L’enregistrement a échoué. Réessayez.',
    view: 'Voir',
    progress: 'Progression',
    left: (time) => `encore ${time}`,
    almost: 'presque fini',
    preparing: 'Lecture',
    verified: 'Vérifiée',
    verifiedHint: 'Les octets du destinataire ont le même SHA-256 que ceux de l’expéditeur.',
    notShowable: (type) =>
      `Ce navigateur n’affiche pas les images ${type}. Elle sera enregistrée exactement telle qu’envoyée.`,
    tooManyPixels:
      'Trop de pixels pour l’afficher ici sans risque. Elle sera enregistrée exactement telle qu’envoyée.',
    unsure:
      'La taille de cette image ne peut pas être lue avec certitude : elle n’est donc pas affichée ici. Elle sera enregistrée exactement comme elle a été envoyée.',
    noPreview: 'Pas d’aperçu',
    pictureOf: (name) => `Image ${name}`,
    more: 'Ce que le réseau a fait',
  },
  figures: {
    chunks: 'Morceaux',
    lost: 'Perdus',
    repaired: 'Réparés',
    loss: 'Paquets perdus',
    success: 'Réussite',
    sha256: 'SHA-256',
  },
  map: {
    title: 'Carte des morceaux',
    alt: (received, total, lost, repaired) =>
      `${received} morceaux sur ${total} sont là ; ${lost} ont été perdus, dont ${repaired} réparés.`,
    perCell: (count) => `Un carré vaut ${count} morceaux`,
    oneEach: 'Un carré vaut un morceau',
    waiting: 'attendu',
    received: 'reçu',
    lost: 'perdu',
    repaired: 'réparé',
    retransmitted: 'renvoyé',
    duplicate: 'en double',
    hints: {
      waiting: 'pas encore envoyé, ou sans nouvelles',
      received: 'arrivé de lui-même',
      lost: 'pas encore là, alors que des suivants le sont',
      repaired: 'reconstruit grâce à la réparation envoyée avec',
      retransmitted: 'il a fallu envoyer davantage pour lui',
      duplicate: 'arrivé alors qu’il était déjà là',
    },
  },
  plots: {
    title: 'Courbes',
    rate: 'Débit, Mbit/s',
    loss: 'Paquets perdus, %',
    roundTrip: 'Aller-retour, ms',
    lanes: 'Voies',
    none: 'Rien de mesuré encore.',
  },
  log: {
    title: 'Journal des morceaux',
    number: 'Morceau',
    size: 'Octets',
    total: 'Cumul',
    csv: 'Télécharger en CSV',
    json: 'Télécharger en JSON',
    none: 'Rien n’est encore arrivé.',
  },
  demo: {
    title: 'Ce qui passe sur le fil',
    header: 'En-tête du fichier',
    headerBytes: 'L’en-tête en octets',
    imageBytes: 'Premiers octets de l’image',
    chunking: (count, size, last) => `${count} morceaux de ${size} octets, le dernier de ${last}`,
    name: 'Nom',
    type: 'Type',
    length: 'Longueur',
    modified: 'Dernière modification',
    size: 'Largeur × hauteur',
    bytes: 'octets',
    later: 'Affiché une fois le fichier lu.',
  },
  report: {
    title: 'Bilan',
    chunksTotal: 'Morceaux',
    packetsSent: 'Paquets envoyés',
    packetsLost: 'Paquets perdus',
    loss: 'Perte',
    success: 'Réussite',
    retransmitted: 'Renvoyés',
    repaired: 'Morceaux réparés',
    duplicates: 'Doublons',
    seconds: 'Durée',
    averageRate: 'Débit moyen',
    roundTrip: 'Aller-retour',
    lanes: 'Voies',
    path: 'Chemin',
    direct: 'Direct',
    relayed: 'Par un relais',
    unknown: 'Inconnu',
    json: 'Télécharger le bilan (JSON)',
  },
  kept: {
    title: 'Reçues auparavant',
    hint: 'Conservées un jour au plus dans ce navigateur. Enregistrez-les ou jetez-les.',
    throwAway: 'Jeter',
    show: 'Afficher',
    throwAll: 'Tout jeter',
    others: (pictures: string, parts: string, bytes: string) => {
      const whole = pictures === '1' ? '1 image' : `${pictures} images`;
      const more = parts === '1' ? 'd’une autre' : `de ${parts} autres`;
      const alone = parts === '1' ? 'd’une image' : `de ${parts} images`;
      const both = [
        ...(pictures === '0' ? [] : [whole]),
        ...(parts === '0' ? [] : [`des parties ${pictures === '0' ? alone : more}`]),
      ];
      return `Laissé dans ce navigateur par d’autres visites : ${both.join(' et ')}, ${bytes} en tout.`;
    },
  },
  gallery: {
    zip: 'Tout enregistrer en ZIP',
    folder: 'Tout enregistrer dans un dossier',
    share: 'Tout partager',
    close: 'Fermer',
    previous: 'Image précédente',
    next: 'Image suivante',
    zoomIn: 'Agrandir',
    zoomOut: 'Réduire',
    position: (at, all) => `${at} sur ${all}`,
  },
  device: {
    wakeLockMissing: 'Gardez l’écran allumé : cette page ne peut pas le faire elle-même.',
  },
  announce: {
    transfer: (name, state) => `${name} : ${state}`,
  },
};
