namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>What a file says about the length of a text.</summary>
internal sealed record Truncation(int MaxLength, string Strategy, bool Left)
{
    /// <summary>Cuts the texts so that together, with a number of tokens added, they keep to the limit.</summary>
    public void Apply(List<List<TextToken>> texts, int added)
    {
        int most = Math.Max(0, MaxLength - added), total = texts.Sum(text => text.Count);
        if (total <= most)
        {
            return;
        }

        switch (Strategy)
        {
            case "OnlyFirst":
                Cut(texts, 0, Math.Max(0, texts[0].Count - (total - most)));
                break;
            case "OnlySecond" when texts.Count == 2:
                Cut(texts, 1, Math.Max(0, texts[1].Count - (total - most)));
                break;
            case "LongestFirst" when texts.Count == 2:
                CutLongest(texts, most);
                break;
            default:
                Cut(texts, 0, most);
                break;
        }
    }

    private void CutLongest(List<List<TextToken>> texts, int most)
    {
        int shorter = texts[0].Count <= texts[1].Count ? 0 : 1;
        int few = texts[shorter].Count, many = few > most ? few : Math.Max(few, most - few);
        if (few + many > most)
        {
            few = most / 2;
            many = few + most % 2;
        }

        Cut(texts, shorter, few);
        Cut(texts, 1 - shorter, many);
    }

    private void Cut(List<List<TextToken>> texts, int number, int length)
    {
        if (texts[number].Count > length)
        {
            texts[number] = Left ? texts[number][^length..] : texts[number][..length];
        }
    }
}

/// <summary>What a file says about filling a text up.</summary>
internal sealed record Padding(int? Length, int? MultipleOf, bool Left, int Id, int TypeId, string Token)
{
    public List<TextToken> Apply(List<TextToken> tokens)
    {
        int length = Length ?? tokens.Count;
        if (MultipleOf is > 0 and var multiple && length % multiple != 0)
        {
            length += multiple - length % multiple;
        }

        IEnumerable<TextToken> added = Enumerable.Repeat(new TextToken(Id, Token, 0, 0, TypeId), Math.Max(0, length - tokens.Count));
        return Left ? [.. added, .. tokens] : [.. tokens, .. added];
    }
}
