namespace KvCompose.Evaluation;

/// <summary>The sentences among which a text's facts are hidden.</summary>
internal static class NeedleNoise
{
    /// <summary>Sentences until the next one would need more tokens than there is room for. None mentions a key.</summary>
    /// <param name="vocabulary">What they are made of.</param>
    /// <param name="room">Most tokens.</param>
    /// <param name="keys">Pairs that no sentence may mention.</param>
    /// <param name="random">Decides them.</param>
    public static List<List<int>> Draw(NeedleVocabulary vocabulary, long room, HashSet<(int Adjective, int Noun)> keys, SeededRandom random)
    {
        var sentences = new List<List<int>>();
        while (true)
        {
            NeedleTemplate noise = random.Pick(vocabulary.Noise);
            room -= noise.Tokens;
            if (room < 0)
            {
                return sentences;
            }

            sentences.Add(Fill(vocabulary, noise, keys, random));
        }
    }

    private static List<int> Fill(NeedleVocabulary vocabulary, NeedleTemplate template, HashSet<(int Adjective, int Noun)> keys, SeededRandom random)
    {
        (int Adjective, int Noun) pair;
        do
        {
            pair = (random.Next(vocabulary.Adjectives.Count), random.Next(vocabulary.Nouns.Count));
        }
        while (keys.Contains(pair));

        var sentence = new List<int>(template.Tokens);
        template.Write(sentence, [], slot => slot switch
        {
            NeedleSlot.Adjective => vocabulary.Adjectives[pair.Adjective],
            NeedleSlot.Noun => vocabulary.Nouns[pair.Noun],
            NeedleSlot.Number => random.Pick(vocabulary.Numbers),
            _ => random.Pick(vocabulary.Fillers),
        });
        return sentence;
    }
}
