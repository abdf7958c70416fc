"""Sentences in broad English, for a text tower to learn from a sentence model what words and wordings mean.

Nobody says what is true of them: the sentence model gives their meaning (`teacher`). Parts of speech are written out here, further
words come from the sentence model's own list, most frequent first. The examination's wordings are kept out.
"""

import numpy as np

from . import examination, sentences

OPENERS = """||||||||there is|there are|we see|one sees|you can see|it looks like|here is|here we have|the camera shows|this shows|look at|notice|on the left|on the right|
in front|in the middle|at night|in the dark|by day|in the rain|suddenly|now|in the background|a view of|a picture of|footage of|a scene with|a shot of|the video shows|it seems that|
apparently|outside|once more|in this frame|I can make out|I notice|there seems to be|there appears to be|what you see is|alert:|detected:|show me|find|tell me when|any time that|is there""".replace("\n", "").split("|")
BEINGS = """person|man|woman|boy|girl|child|kid|guy|lady|gentleman|fellow|adult|teenager|youth|human being|human|individual|figure|pedestrian|passer-by|walker|hiker|tourist|traveller|passenger|
commuter|visitor|guest|customer|client|shopper|buyer|worker|workman|labourer|builder|employee|staff member|cleaner|gardener|guard|security guard|watchman|officer|policeman|policewoman|cop|soldier|
postman|courier|delivery man|mechanic|driver|motorist|cyclist|rider|biker|motorcyclist|skater|runner|jogger|athlete|dancer|student|pupil|neighbour|stranger|intruder|burglar|thief|robber|
vandal|criminal|suspect|attacker|fighter|victim|patient|casualty|drunk|beggar|nurse|doctor|paramedic|fireman|friend|mother|father|baby|old man|old woman|young man|young woman|
somebody|someone|anybody|nobody|no one|everybody|one|dog|puppy|hound|cat|fox|horse|cow|sheep|deer|bird|animal|beast|pet|creature""".replace("\n", "").split("|")
GROUPS = """people|persons|men|women|children|kids|guys|boys|girls|two people|two persons|three people|four people|five people|six people|ten people|dozens of people|many people|lots of people|plenty of people|
a lot of persons|a few persons|some people|several persons|numerous people|a number of persons|a handful of people|a couple|a pair|a group|a large group|a small group|a gang|a team|a family|a crowd|a big crowd|a huge crowd|
a mass of people|a throng|a mob|an audience|an assembly|a gathering|spectators|protesters|demonstrators|pedestrians|passers-by|visitors|guests|customers|workers|soldiers|officers|students|friends|strangers|
both of them|they|dogs|animals|a herd|cattle|horses|birds""".replace("\n", "").split("|")
MACHINES = """car|motor car|automobile|vehicle|motor vehicle|saloon|sedan|hatchback|estate car|jeep|taxi|cab|police car|sports car|family car|van|minivan|minibus|transporter|delivery van|camper|truck|lorry|heavy truck|big rig|
pickup|tanker|lorry with a trailer|bus|coach|tram|train|tractor|excavator|ambulance|fire engine|motorcycle|motorbike|moped|scooter|bicycle|bike|cycle|pushbike|tricycle|cart|trolley|wagon|pram|wheelchair|boat|aeroplane|drone""".replace("\n", "").split("|")
THINGS = """bag|handbag|backpack|rucksack|suitcase|case|trolley case|luggage|baggage|parcel|package|packet|box|carton|crate|container|sack|bundle|bottle|can|cup|phone|mobile phone|telephone|smartphone|camera|laptop|
newspaper|book|letter|umbrella|parasol|stick|club|bat|baseball bat|pole|rod|knife|blade|gun|pistol|revolver|rifle|firearm|weapon|hammer|crowbar|tool|spade|shovel|rake|broom|brush|mop|bucket|ladder|rope|ball|football|toy|
stone|brick|chair|bench|seat|stool|table|sofa|bed|desk|door|gate|window|lock|handle|fence|wall|barrier|hole|ditch|pile|leash|lead|helmet|hat|coat|jacket|glove|fire|flame|blaze|bonfire|smoke|fumes|steam|vapour|fog|dust|
water|liquid|oil|petrol|puddle|pool|stain|leak|spark|explosion|light|lamp|shadow|rain|snow|leaf|branch|tree|rubbish|litter|plant|picture|thing|object|item|something|nothing|anything""".replace("\n", "").split("|")
ADJECTIVES = """||||||||||red|blue|white|black|dark|bright|big|large|huge|small|little|tiny|tall|short|long|heavy|light|thick|thin|dense|old|young|new|broken|empty|full|open|closed|lonely|lone|single|abandoned|unattended|
forgotten|lost|left-over|strange|unknown|suspicious|hooded|masked|armed|injured|hurt|wounded|drunk|tired|angry|happy|busy|quiet|loud|fast|slow|parked|stationary|moving|burning|stray|ordinary|usual|normal|common|wet|dirty|clean|
metal|wooden|plastic|paper|elderly|grown-up|second|third|other|similar""".replace("\n", "").split("|")
DOINGS = """walking|strolling|wandering|striding|hiking|marching|pacing|limping|hobbling|staggering|running|sprinting|jogging|racing|rushing|hurrying|dashing|fleeing|escaping|getting away|standing|standing still|waiting|lingering|loitering|hanging around|idling|
sneaking|creeping|prowling|crawling|moving on all fours|lying|lying down|lying flat|resting|sleeping|stretched out|falling|tumbling|collapsing|stumbling|tripping|slipping|getting up|rising|sitting|sitting down|seated|perching|crouching|squatting|ducking|
kneeling|bending down|stooping|bowing|waving|beckoning|signalling|greeting|pointing|gesturing|phoning|telephoning|calling|ringing up|making a call|texting|filming|photographing|taking a picture|stretching|reaching up|yawning|exercising|training|working out|
doing press-ups|doing sit-ups|doing gymnastics|dancing|swaying|hopping|leaping|jumping|skipping|bouncing|throwing|hurling|tossing|flinging|kicking|shooting|playing|playing football|digging|shovelling|excavating|sweeping|brushing|mopping|wiping|cleaning|raking|
climbing|clambering|scaling|mounting|getting over|climbing down|picking up|lifting|raising|collecting|putting down|dropping|laying down|placing|carrying|bearing|holding|hauling|dragging|lugging|towing|pulling|tugging|pushing|shoving|rolling|wheeling|
opening|unlocking|shutting|closing|locking|entering|going in|coming in|stepping in|leaving|going out|exiting|stepping out|getting in|getting out|getting into|getting out of|boarding|alighting from|loading|unloading|filling|packing|stacking|
aiming|pointing at|targeting|threatening|shooting at|robbing|mugging|stealing|grabbing|snatching|taking|taking away|smashing|breaking|destroying|damaging|wrecking|hitting|beating|striking|vandalising|spraying|forcing|breaking into|prising open|tampering with|picking|
surrendering|giving up|raising the hands|putting the hands up|fighting|boxing|wrestling|brawling|scuffling|struggling|punching|slapping|attacking|assaulting|kicking|strangling|stabbing|helping|aiding|assisting|rescuing|treating|reviving|bandaging|caring for|comforting|
hugging|embracing|cuddling|holding hands|kissing|shaking hands|handing over|passing|giving|exchanging|swapping|delivering|talking|chatting|speaking|conversing|discussing|arguing|whispering|shouting|laughing|following|tailing|stalking|shadowing|chasing|pursuing|hunting|
running after|catching|gathering|assembling|meeting|coming together|crowding|parting|dispersing|scattering|splitting up|queueing|lining up|standing in line|waiting in line|standing in a row|forming a circle|standing round|protesting|demonstrating|panicking|stampeding|
cycling|pedalling|riding|riding a bike|driving|driving off|cruising|speeding|braking|stopping|halting|parking|reversing|backing up|turning|turning round|swerving|overtaking|crashing|colliding|bumping|running over|ramming|skidding|queuing|jamming|blocking|
burning|blazing|glowing|flaring|smouldering|smoking|steaming|exploding|spreading|rising|billowing|drifting|pouring|leaking|dripping|spilling|flowing|barking|grazing|sniffing|trotting|galloping|eating|drinking|reading|writing|working|repairing|painting|building|
looking|watching|staring|looking around|looking into|peering|searching|hiding|appearing|showing up|turning up|arriving|coming|coming by|approaching|passing by|going past|crossing|disappearing|vanishing|moving|staying|remaining|being there|walking a dog""".replace("\n", "").split("|")
LINKS = "with|without|holding|next to|beside|near|in front of|behind|on|in|under|over|into|out of|from|at|by|towards|away from|against|around|on top of|between|past|through|along|to|for|after|and|or|up|down|off".split("|")
PLACES = sentences.PLACES + """the yard gate|a street|a road|a room|a shop|a car park|an office|the stairs|the station|the platform|the crossing|the bridge|the field|the forest|the beach|the roof|the basement|the kitchen|the school|the hospital|
the hotel|the bank|the petrol station|the market|the supermarket|the playground|the bus stop|the corner|the tunnel|the ramp|the loading bay|the counter|the shelf|the bench|the tree|the pool|the picture|the distance|a building site|town|the city""".replace("\n", "").split("|")
MANNERS = """||||||||||slowly|quickly|fast|at full speed|in a hurry|carefully|quietly|secretly|loudly|alone|together|side by side|one behind the other|with both hands|with one hand|by hand|on foot|on all fours|upright|bent over|backwards|forwards|
to and fro|up and down|back and forth|again and again|for a long time|all the time|at once|in panic|for help|on the floor|on the ground|in the air|over the head|to the ear|at the camera|at each other|with each other|in a line|in a row|in a circle|
at night|in the evening|in the morning|in the rain|here|there|somewhere|nearby|far away|everywhere|no more|not at all""".replace("\n", "").split("|")


def pick(rng, options):
    return options[rng.integers(len(options))]


def _article(rng, phrase):
    if phrase.split(" ")[0] in ("a", "an", "the", "two", "some") or phrase in ("nobody", "no one", "somebody", "someone", "anybody", "everybody", "one", "something", "nothing", "anything"):
        return phrase
    kind = rng.random()
    if kind < 0.5:
        return ("an " if phrase[0] in "aeiou" else "a ") + phrase
    return phrase if kind > 0.97 else pick(rng, ["the ", "the ", "some ", "one ", "this ", "another ", "any "]) + phrase


def _thing(rng, kinds):
    noun, adjective = pick(rng, kinds), pick(rng, ADJECTIVES)
    return _article(rng, f"{adjective} {noun}".strip())


def _subject(rng):
    kind = rng.random()
    if kind < 0.5:
        return _thing(rng, BEINGS)
    if kind < 0.68:
        return pick(rng, GROUPS)
    return _thing(rng, MACHINES) if kind < 0.84 else _thing(rng, THINGS)


def _plain(rng):
    """Opener, subject, what is done, to what, where, how; each but the subject may be missing."""
    parts = [pick(rng, OPENERS), _subject(rng)]
    if rng.random() < 0.85:
        parts.append(pick(rng, ["", "", "", "is", "who is", "are", "that is", "was", "keeps", "starts"]) + " " + pick(rng, DOINGS))
        if rng.random() < 0.5:
            parts.append((pick(rng, LINKS) + " " if rng.random() < 0.6 else "") + _thing(rng, [BEINGS, MACHINES, THINGS, THINGS][rng.integers(4)]))
    elif rng.random() < 0.7:
        parts.append(pick(rng, LINKS) + " " + _subject(rng))
    if rng.random() < 0.4:
        parts.append(pick(rng, ["in", "on", "at", "near", "by", "across", "through"]) + " " + pick(rng, PLACES))
    parts.append(pick(rng, MANNERS))
    return parts


def _changed(rng, words, others):
    """A sentence in which some words are others, are missing or have changed places."""
    words = list(words)
    for _ in range(int(rng.integers(0, 4))):
        at, kind = int(rng.integers(len(words))), rng.random()
        if kind < 0.6:
            words[at] = others(rng)
        elif kind < 0.75 and len(words) > 2:
            words.pop(at)
        elif kind < 0.9:
            words.insert(at, others(rng))
        else:
            other = int(rng.integers(len(words)))
            words[at], words[other] = words[other], words[at]
    return words


def sentence(rng, others):
    """One sentence. `others(rng)` gives a further word."""
    kind = rng.random()
    if kind < 0.35:
        text = sentences.wording(rng, pick(rng, sentences.NAMES))
        return " ".join(_changed(rng, text.split(), others))
    if kind < 0.45:
        return " ".join(others(rng) for _ in range(int(rng.integers(1, 4))))
    words = " ".join(_plain(rng)).split()
    return " ".join(_changed(rng, words, others) if kind < 0.7 else words)


def corpus(rng, number, frequent):
    """`number` different sentences; `frequent` are further words, most frequent first."""
    places = np.arange(1, len(frequent) + 1) ** -0.6
    ends = np.cumsum(places / places.sum())
    asked, seen = set(examination.SENTENCES.values()), set()
    others = lambda rng: frequent[min(int(np.searchsorted(ends, rng.random())), len(frequent) - 1)]
    while len(seen) < number:
        text = sentence(rng, others)
        if text and text not in asked:
            seen.add(text)
    return list(seen)
