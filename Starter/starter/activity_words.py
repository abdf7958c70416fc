"""Wordings of the activities for training, and what follows from one activity for another.

Sentences of the examination (`examination`) are kept out of these lists.
"""

from .activities import NAMES

# name: (subject, verb phrases); subject: one = a person, pair = two people, group = people, vehicle, animal, whole = the phrase is the sentence
WORDS = {
    "walk": ("one", "walks|is walking|strolls|goes on foot|walks slowly|walks past|walks along|marches on"), "run": ("one", "runs|is running|jogs|sprints|runs fast|hurries along|dashes past"),
    "stand": ("one", "stands|is standing|stands still|waits|is waiting|stands around|does not move"), "limp": ("one", "limps|is limping|walks with a limp|hobbles|drags a leg"),
    "sneak": ("one", "sneaks|creeps along bent down|walks bent over|prowls|sneaks about|moves stealthily"), "crawl": ("one", "crawls|is crawling|creeps on hands and knees|crawls over the ground|moves on all fours"),
    "lie": ("one", "lies on the ground|is lying down|lies motionless|lies on the floor|is lying there|lies stretched out|sleeps on the ground"), "fall": ("one", "falls|falls down|is falling|stumbles and falls|collapses|falls over|trips"),
    "get up": ("one", "gets up|gets up from the ground|rises from the ground|stands up again"), "sit": ("one", "sits|is sitting|sits down|sits on a bench|sits on a chair|is seated|sits on the ground"),
    "crouch": ("one", "crouches|is crouching|squats|squats down|hunkers down|ducks"), "kneel": ("one", "kneels|is kneeling|goes down on one knee|kneels on the ground"),
    "wave": ("one", "waves|is waving|waves a hand|waves with both arms|waves for help|beckons"), "point": ("one", "points|points at something|is pointing|points with an outstretched arm|shows the way"),
    "phone": ("one", "phones|is on the phone|talks on the phone|holds a phone|makes a call|looks at a phone"), "photograph": ("one", "takes a photo|takes pictures|photographs something|films with a phone|holds up a camera"),
    "stretch": ("one", "stretches|is stretching|stretches both arms up|reaches up high"), "exercise": ("one", "does push-ups|exercises on the ground|works out|does exercises on the floor"),
    "dance": ("one", "dances|is dancing|dances around|moves to music"), "jump": ("one", "jumps|is jumping|leaps up|jumps up and down|hops"), "throw": ("one", "throws something|throws a ball|is throwing a stone|hurls something|tosses a thing"),
    "kick a ball": ("one", "kicks a ball|is kicking a ball|kicks something|shoots a ball"), "play ball": ("group", "play with a ball|play football|are playing ball|pass a ball"),
    "dig": ("one", "digs|is digging|digs a hole|works with a shovel|shovels earth"), "sweep": ("one", "sweeps|is sweeping|sweeps with a broom|cleans with a broom"),
    "climb a ladder": ("one", "climbs a ladder|is on a ladder|goes up a ladder|stands on a ladder|climbs up"), "climb a fence": ("one", "climbs over a fence|climbs a fence|climbs over a wall|jumps over a fence|is climbing over"),
    "pick up": ("one", "picks something up|picks up a thing|bends down and picks something up|bends down"), "put down": ("one", "puts something down|puts down a bag|sets a bag on the ground|lays something down"),
    "carry": ("one", "carries a box|is carrying something|carries a heavy thing|carries a bag|carries a load|with a box in both hands|carries a parcel"), "drag": ("one", "drags something|drags a sack|is dragging a heavy thing|pulls a load over the ground"),
    "push a cart": ("one", "pushes a cart|is pushing a trolley|pushes a shopping cart|with a shopping trolley|pushes a pram"), "pull a suitcase": ("one", "pulls a suitcase|is pulling a trolley case|with a rolling suitcase|walks with luggage"),
    "umbrella": ("one", "with an umbrella|holds an umbrella|walks under an umbrella|carries an open umbrella"), "loiter": ("one", "loiters|hangs around|walks up and down|paces to and fro|lingers"),
    "hands up": ("one", "raises both hands|holds the hands up|surrenders|with raised hands|puts the hands up"), "aim": ("one", "aims a gun|points a gun|with a gun|holds a weapon|threatens with a pistol|is armed"),
    "vandalise": ("one", "smashes something|hits a thing with a bat|damages a car|vandalises something|strikes with a stick|destroys something"), "break in": ("one", "breaks in|forces a door|breaks open a door|breaks into a car|works on a lock with a crowbar|tries to break in"),
    "open a door": ("one", "opens a door|opens the gate|is opening a door|pulls a door open"), "close a door": ("one", "closes a door|shuts the gate|is closing a door|pushes a door shut"),
    "go through a door": ("one", "goes through a door|walks through an open door|enters through a door|passes a doorway"),
    "leave a bag": ("one", "leaves a bag|leaves a bag behind|puts a bag down and leaves|abandons a suitcase"), "take a bag": ("one", "takes a bag|takes away a bag|steals a bag|walks off with a bag|grabs a suitcase"),
    "bag alone": ("whole", "a bag on the ground|a bag stands there alone|a lonely suitcase|a bag without an owner|an unattended suitcase|a box stands on the ground"),
    "get into a car": ("one", "gets into a car|gets in a car|enters a car|climbs into a car"), "get out of a car": ("one", "gets out of a car|leaves a car|steps out of a car|climbs out of a car"),
    "load a car": ("one", "loads a car|loads boxes into a van|puts something into the boot|unloads a car"), "look into a car": ("one", "looks into a car|leans into a car|peers into a car window|bends over a car"),
    "fight": ("pair", "fight|are fighting|hit each other|punch each other|struggle|wrestle|brawl|attack each other"), "attack": ("whole", "people kick somebody on the ground|a man beats somebody who lies on the ground|somebody lying is kicked|a person is beaten on the ground|an attack on a person on the ground"),
    "first aid": ("whole", "a person helps somebody who lies on the ground|somebody kneels beside a lying person|first aid|a person kneels next to an injured person|somebody takes care of a lying person"),
    "hug": ("pair", "hug|are hugging|embrace|hold each other in their arms|hug each other|cuddle"), "shake hands": ("pair", "shake hands|are shaking hands|greet each other|greet with a handshake"),
    "hand over": ("pair", "exchange something|hand something over|pass a parcel|are handing over a thing"), "talk": ("pair", "talk|are talking|talk to each other|chat|have a conversation|discuss"),
    "walk together": ("pair", "walk together|walk side by side|are walking next to each other|stroll together"), "follow": ("whole", "a person follows another|somebody is followed|a man walks behind a woman|one person goes after another|a person is being followed"),
    "chase": ("whole", "a person chases another|somebody is chased|a man runs after another|one person runs after somebody|a chase on foot"), "gather": ("group", "gather|come together|are gathering|meet|assemble"), "disperse": ("group", "disperse|scatter|part|walk away in all directions|split up"),
    "queue": ("group", "queue|stand in line|are waiting in a queue|form a line|stand in a row"), "stand in a circle": ("group", "stand in a circle|stand together|are standing around|meet and talk|form a circle"),
    "crowd": ("whole", "a crowd|a crowd of people|a large crowd stands there|a mass of people|many people in one place|the place is crowded"), "march": ("whole", "a crowd marches|many people walk together|a demonstration|a crowd moves along|a procession of people"),
    "flee": ("group", "flee|run away|are fleeing|run in panic|all run|escape"), "run for the bus": ("one", "runs for the bus|runs to a van|runs after a bus|runs to catch a bus|hurries to a vehicle"),
    "carry together": ("pair", "carry a box together|carry something together|are carrying furniture|move a heavy box"), "walk the dog": ("one", "walks a dog|walks with a dog|is out with a dog|leads a dog on a leash|takes a dog for a walk"),
    "push a bicycle": ("one", "pushes a bicycle|walks beside a bicycle|is pushing a bike|wheels a bike"), "ride a bicycle": ("one", "rides a bicycle|rides a bike|is cycling|cycles past|is on a bike"),
    "ride a motorcycle": ("one", "rides a motorcycle|rides a motorbike|is on a scooter|drives past on a motorcycle"), "fall off a bicycle": ("whole", "a cyclist falls|a cyclist lies on the ground|somebody falls off a bike|a person crashes with a bicycle|a fallen bicycle rider"),
    "drive": ("vehicle", "drives|is driving|drives past|drives along|comes by|moves"), "reverse": ("vehicle", "reverses|drives backwards|is backing up|backs out"), "park": ("vehicle", "is parked|parks|stands still|stands there|stands parked|has stopped"),
    "turn": ("vehicle", "turns|turns around|drives a curve|makes a turn|turns off"), "crash": ("whole", "two cars crash|a car crash|a traffic accident|cars collide|a vehicle hits another|a collision of vehicles|a car drives into another"),
    "traffic jam": ("whole", "a traffic jam|cars in a queue|vehicles one behind the other|a line of cars|many cars stand in line"), "car burns": ("whole", "a car burns|a burning car|a car on fire|a vehicle in flames|a vehicle fire"),
    "steam": ("whole", "steam|white steam|steam rises|steam comes out|a cloud of steam|water vapour"), "spill": ("whole", "a puddle|a stain on the ground|a spilt liquid|oil on the ground|a liquid spreads|something has been spilt|a leak of liquid"),
    "animal walks": ("animal", "walks|is walking|walks past|wanders about"), "animal runs": ("animal", "runs|is running|runs fast|gallops"), "animal lies": ("animal", "lies on the ground|is lying down|rests|sleeps"),
    "animal stands": ("animal", "stands|is standing|grazes|sniffs the ground|stands still"), "herd": ("whole", "several animals|a herd|a herd of animals|a pack of dogs|many animals"),
}
WORDS = {name: (subject, phrases.split("|")) for name, (subject, phrases) in WORDS.items()}
COARSE = {"fire", "smoke"}           # said by the coarse sentences already
SPOKEN = [name for name in NAMES if name not in COARSE]

IMPLIES = {                          # who does this does that as well
    "run for the bus": ("run",), "chase": ("run",), "flee": ("run",), "walk together": ("walk",), "follow": ("walk",), "march": ("walk", "crowd"), "attack": ("lie",), "first aid": ("lie",),
    "limp": ("walk",), "gather": ("walk",), "disperse": ("walk",), "talk": ("stand",), "shake hands": ("stand",), "queue": ("stand",), "crash": (), "traffic jam": (),
}
# A meaning is neither true nor false while somebody does one of these. (Who only walks certainly carries nothing; whether who carries
# something "walks" is left open.)
NEAR = {
    "walk": ("loiter", "sneak", "carry", "push a cart", "pull a suitcase", "umbrella", "push a bicycle", "walk the dog", "leave a bag", "take a bag", "go through a door", "get into a car", "get out of a car", "drag", "carry together", "fall", "limp"),
    "stand": ("loiter", "phone", "point", "wave", "photograph", "hand over", "hug", "stand in a circle", "crowd", "hands up", "aim", "open a door", "close a door", "put down", "pick up", "load a car", "walk", "stretch", "look into a car"),
    "run": ("fall",), "lie": ("fall", "get up", "exercise", "crawl"), "fall": ("lie", "get up", "fall off a bicycle"), "get up": ("crouch", "kneel", "lie"), "crouch": ("kneel", "sit", "pick up", "put down", "dig", "sneak", "look into a car"), "kneel": ("first aid", "crouch"),
    "sit": ("crouch",), "carry": ("load a car", "carry together", "leave a bag", "take a bag", "put down", "pull a suitcase", "run for the bus"), "pick up": ("put down", "leave a bag", "take a bag", "look into a car"), "put down": ("leave a bag", "bag alone"),
    "bag alone": ("leave a bag", "take a bag", "put down", "carry together"), "phone": ("photograph",), "photograph": ("phone",), "wave": ("hands up", "stretch", "point"), "crawl": ("exercise",), "hand over": ("shake hands",), "fight": ("attack",), "run for the bus": ("run",), "flee": ("chase",),
    "sneak": ("limp",), "loiter": ("walk", "stand", "queue"), "traffic jam": ("park",), "point": ("aim", "throw"), "kick a ball": ("play ball",), "throw": ("play ball",), "vandalise": ("break in",), "look into a car": ("break in", "get into a car", "get out of a car", "load a car"),
    "get into a car": ("load a car",), "open a door": ("go through a door", "break in"), "close a door": ("go through a door",), "walk together": ("march", "follow", "carry together", "gather", "disperse", "walk the dog"), "follow": ("chase", "sneak"), "chase": ("flee", "follow"), "talk": ("stand in a circle", "shake hands", "hand over", "hug"),
    "shake hands": ("hand over",), "gather": ("disperse", "stand in a circle", "crowd", "march"), "disperse": ("march", "crowd", "stand in a circle"), "queue": ("stand in a circle", "crowd", "traffic jam"), "stand in a circle": ("crowd",), "attack": ("fight",), "ride a bicycle": ("push a bicycle", "fall off a bicycle", "ride a motorcycle"),
    "drive": ("reverse", "turn", "park", "traffic jam", "crash"), "park": ("reverse", "turn", "traffic jam", "crash", "car burns", "load a car", "look into a car", "get into a car", "get out of a car", "vandalise", "break in", "run for the bus"), "crash": ("traffic jam",), "turn": ("reverse",), "umbrella": (),
    "animal walks": ("animal runs", "animal stands", "walk the dog", "herd"), "animal stands": ("herd", "animal lies"), "animal lies": ("herd",), "exercise": ("crawl",), "stretch": ("hands up", "wave"), "hands up": ("wave", "stretch"), "dance": ("jump", "stretch"), "pull a suitcase": ("drag",), "crowd": ("queue",),
}
# Cannot be told apart in a single picture.
TWINS = [("open a door", "close a door"), ("get into a car", "get out of a car"), ("leave a bag", "take a bag", "put down", "pick up"), ("gather", "disperse"), ("drive", "reverse", "park", "turn"), ("fall", "get up"), ("animal walks", "animal runs", "animal stands")]
# With two people or more who only walk, stand or run, these are left open: nobody sees whether they belong together.
TOGETHER = {"walk": ("walk together", "march", "follow", "gather", "disperse", "crowd"), "stand": ("talk", "stand in a circle", "queue", "crowd", "hand over"), "run": ("flee", "chase")}
