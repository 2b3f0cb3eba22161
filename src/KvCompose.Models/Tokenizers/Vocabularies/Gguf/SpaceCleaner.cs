namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>Removes spaces before punctuation, around a single apostrophe, and before some contractions, in this order.</summary>
internal static class SpaceCleaner
{
    public static byte[] Clean(byte[] text) => BeforeContractions(AroundApostrophes(BeforePunctuation(text)));

    private static byte[] BeforePunctuation(byte[] text)
    {
        var kept = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (i > 0 && text[i - 1] == ' ' && text[i] is (byte)'?' or (byte)'!' or (byte)'.' or (byte)',')
            {
                kept.RemoveAt(kept.Count - 1);
            }

            kept.Add(text[i]);
        }

        return [.. kept];
    }

    private static byte[] AroundApostrophes(byte[] text)
    {
        var kept = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool alone = i > 0 && i + 1 < text.Length && text[i] == '\'' && text[i - 1] == ' ' && text[i + 1] == ' ';
            if (alone)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            kept.Add(text[i]);
            if (alone)
            {
                text[++i] = 0; // The space after it does not count as one before what follows.
            }
        }

        return [.. kept];
    }

    private static byte[] BeforeContractions(byte[] text)
    {
        var kept = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            ReadOnlySpan<byte> rest = text.AsSpan(i);
            if (i > 0 && text[i - 1] == ' '
                && (rest.StartsWith("'s"u8) || rest.StartsWith("'m"u8) || rest.StartsWith("'re"u8) || rest.StartsWith("'ve"u8)))
            {
                kept.RemoveAt(kept.Count - 1);
            }

            kept.Add(text[i]);
        }

        return [.. kept];
    }
}
