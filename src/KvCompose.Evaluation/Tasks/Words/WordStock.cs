namespace KvCompose.Evaluation;

/// <summary>
/// The English words that the tasks for real tokenizers are made of. RULER takes its words from the Python package wonderwords; this is a
/// stock of the project's own, so samples are like RULER's but not equal to them.
/// </summary>
internal static class WordStock
{
    public static readonly string[] Adjectives =
        """
        able absent ample ancient bare big bitter blank blue blunt bold brave brief bright broad bumpy calm careful cheap chilly clean clear
        clever close cold cool crisp curly curved damp dark deep dense dim distant dizzy dry dull dusty eager early easy empty equal even
        exact faint fair faithful famous fancy fast fierce fine firm flat fluffy fond formal frail free fresh full gentle giant glad golden
        good grand grave gray great green happy hard harsh heavy hidden high hollow honest huge humble icy idle keen kind large late lazy
        light little lively lonely long loose loud loyal lucky mellow mild misty modern modest narrow neat nervous new nimble noble noisy
        odd old open orange pale patient plain polite proud pure purple quick quiet rapid rare raw ready red rich ripe rough round royal rude
        rusty salty secret serious shallow sharp shiny short shy silent silly simple slim slow small smooth soft solid sour spare spicy steady
        steep stiff stormy strange strict strong sunny sweet swift tall tame tender thick thin tidy tiny tired tough true usual vast vivid
        warm weak weary wet white whole wide wild wise witty wooden yellow young
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    public static readonly string[] Nouns =
        """
        acorn actor adult airport alarm album alley anchor angle animal ankle apple apron arch arrow artist attic aunt author autumn award
        badge bag bakery ball banana band bank barn basin basket bath battery beach bean bear bed bee bell belt bench berry bird blanket
        board boat bone book boot bottle bowl box branch bread brick bridge broom brush bucket bus butter button cabin cable cake camel
        camera camp candle canoe canyon cap captain car card carpet castle cat cave chain chair chalk cheese cherry chicken child church
        circle city clay cliff clock cloud coat coffee coin comb comet cook copper coral cork corn cottage cotton cousin cow crab cradle
        crown cup curtain dance daughter deer desert desk diamond dinner doctor dog doll dolphin donkey door dragon drawer dress drum duck
        eagle ear earth egg elbow engine envelope eye face factory falcon farm feather fence fern field finger fire fish flag flame flood
        floor flower flute foot forest fork fountain fox frog fruit garden gate ghost glass glove goat grain grape grass guitar hammer hand
        harbor harp hat hawk hill honey horn horse hotel house ice island ivory jacket jar jewel juice jungle kettle key king kitchen kite
        knee knife ladder lake lamp lantern leaf lemon letter library lily lion lizard lock log lunch magnet map maple marble market mask
        meadow melon metal mill mirror monkey moon moss mother motor mountain mouse museum music nail neck needle nest net night nose nurse
        oak ocean olive onion orchard otter oven owl page paint palace panda paper park parrot path peach pear pearl pebble pen pencil pepper
        piano pigeon pillow pilot pine pipe planet plate plum pocket poem pond pony pot potato prince pumpkin puzzle queen rabbit radio rain
        raven ribbon rice ring river road robin robot rocket roof room rope rose ruler saddle sailor salad salmon salt sand scarf school
        seal seed shadow shark sheep shelf shell ship shirt shoe shop shovel silk silver sister skate sky sled snail snow sock song soup
        spider spoon spring squirrel stable stair star station statue stone storm story street sugar summer sun swan sword table tailor
        teacher temple tent theater thread throne thumb ticket tiger toast tomato tongue tooth tower town toy train tree truck trumpet tulip
        tunnel turkey turtle uncle valley vase village violin wagon wall walnut watch water wave weather whale wheat wheel whistle window
        winter wizard wolf wood worm yard zebra
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    public static readonly string[] Verbs =
        """
        accept admire agree allow answer appear argue arrive ask attach avoid bake bathe beg begin believe bend blink boil borrow bounce bow
        breathe bring build bury buy call care carry catch chase cheer choose clap climb collect compare count cover crawl cross cry decide
        deliver dig divide draw dream drink drive drop earn eat enjoy escape explain explore fetch fill find fix float fly fold follow forget
        forgive gather give glow greet grow guard guess guide hang hear help hide hope hug hum hurry imagine invite join jump keep kick kneel
        knit knock know laugh lead learn leave lend lift listen live look lose love march measure meet melt mend move need notice obey offer
        order pack paddle pass pause pay peel pick plan plant play point polish pour praise prefer pretend promise protect pull push reach
        read receive repair rescue rest return ride rise roll run sail save search see sell send serve sew share shout show sing sit sleep
        slide smell smile sneeze speak spell spend spill spin stand start stay steal stir stretch study swim talk taste teach tell thank think
        throw tie touch trade travel trust try turn twist visit wait wake walk wander want wash wave wear weave weigh win wink wipe wish wonder
        work write yawn
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>First names of people.</summary>
    public static readonly string[] Names =
        """
        Adam Agnes Alan Alice Amber Amos Anna Arthur Beatrice Ben Bernard Bruno Carl Carmen Cecil Clara Daisy Daniel David Diana Dora Edgar
        Edith Edwin Elena Ellen Emil Emma Eric Esther Eva Felix Fiona Flora Frank Fred George Gina Grace Greta Hannah Harold Harry Hazel
        Helen Henry Hugo Ida Irene Iris Isaac Ivan Jack Jacob James Jane Jason Jean Joan Joel John Joseph Judith Julia Karen Karl Kate
        Kevin Laura Leo Leon Lewis Lily Linda Lisa Louis Lucas Lucy Luke Lydia Mabel Marie Mark Martha Martin Mary Matthew Max Mia Michael
        Miles Mona Nancy Nathan Nina Noah Nora Olga Oliver Oscar Otto Paul Paula Peter Philip Phoebe Ralph Ray Rebecca Robert Robin Roger
        Rosa Ruth Sam Sandra Sarah Simon Sofia Stella Stephen Susan Thomas Tina Tom Ursula Vera Victor Viola Walter Wanda William Zoe
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>All adjectives, nouns and verbs once each, in ordinal order.</summary>
    public static string[] All { get; } = [.. Adjectives.Concat(Nouns).Concat(Verbs).Distinct().Order(StringComparer.Ordinal)];
}
