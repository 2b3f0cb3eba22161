namespace KvCompose.Evaluation.Tests.Support;

/// <summary>Reads a text back by its words, with the templates of the file and nothing of the generator.</summary>
internal static class PlainText
{
    /// <summary>A template with the slots of a fact filled.</summary>
    public static string Filled(string template, string adjective, string noun, string value)
        => string.Join(' ', EmbeddedNeedle.Template(template))
            .Replace("{adjective}", adjective).Replace("{noun}", noun).Replace("{value}", value);

    public static string Filled(string template, NeedleFact fact) => Filled(
        template, EmbeddedNeedle.List("adjectives")[fact.Adjective], EmbeddedNeedle.List("nouns")[fact.Noun],
        string.Join(' ', EmbeddedNeedle.Words([.. fact.Value])));

    /// <summary>Sentences between the beginning and the first question, each with its full stop.</summary>
    public static List<string[]> Sentences(NeedleText text)
    {
        var sentences = new List<string[]>();
        var sentence = new List<string>();
        foreach (string word in EmbeddedNeedle.Words(text.Tokens[EmbeddedNeedle.Template("beginning").Length..text.Questions[0].Start]))
        {
            sentence.Add(word);
            if (word == ".")
            {
                sentences.Add([.. sentence]);
                sentence.Clear();
            }
        }

        return sentence.Count == 0 ? sentences : throw new FormatException($"no full stop after '{string.Join(' ', sentence)}'");
    }

    /// <summary>Whether a sentence could be one of a template.</summary>
    public static bool Matches(string[] template, string[] sentence)
        => template.Length == sentence.Length && template.Zip(sentence).All(pair => pair.First switch
        {
            "{adjective}" => EmbeddedNeedle.List("adjectives").Contains(pair.Second),
            "{noun}" => EmbeddedNeedle.List("nouns").Contains(pair.Second),
            "{filler}" => EmbeddedNeedle.List("fillers").Contains(pair.Second),
            _ => pair.First == pair.Second,
        });
}
