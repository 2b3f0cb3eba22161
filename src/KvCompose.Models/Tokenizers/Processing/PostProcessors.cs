using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>Puts special tokens around one text or two, and adjusts offsets.</summary>
internal interface IPostProcessor
{
    /// <summary>How many tokens it puts in.</summary>
    int Added(bool pair);

    List<List<TextToken>> Apply(List<List<TextToken>> texts, bool addSpecial);
}

internal sealed class PostProcessorSequence(IPostProcessor[] steps) : IPostProcessor
{
    public int Added(bool pair) => steps.Sum(step => step.Added(pair));

    public List<List<TextToken>> Apply(List<List<TextToken>> texts, bool addSpecial)
        => steps.Aggregate(texts, (list, step) => step.Apply(list, addSpecial));
}

/// <summary>Cuts the spaces of tokens off their offsets.</summary>
internal sealed class TrimOffsets(bool trims, bool addPrefixSpace) : IPostProcessor
{
    public int Added(bool pair) => 0;

    public List<List<TextToken>> Apply(List<List<TextToken>> texts, bool addSpecial)
        => trims ? texts.ConvertAll(text => text.Select(Trim).ToList()) : texts;

    private TextToken Trim(TextToken token, int index)
    {
        int leading = token.Text.TakeWhile(IsSpace).Count(), trailing = token.Text.Reverse().TakeWhile(IsSpace).Count();
        int start = token.Start, end = token.End;
        if (leading > 0)
        {
            // A single space may have been put before the text; more were in it.
            leading = leading == 1 && (index == 0 || start == 0) && addPrefixSpace ? 0 : leading;
            start = Math.Min(start + leading, end);
        }

        if (trailing > 0 && end >= trailing)
        {
            end = Math.Max(end - trailing, start);
        }

        return token with { Start = start, End = end };
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.Character((byte)' ') || UnicodeData.IsWhiteSpace(c);
}

/// <summary>A token of a template: one of the texts (0 or 1), or special tokens.</summary>
internal sealed record TemplatePart(int? Text, (int Id, string Spelling)[] Tokens, int TypeId);

/// <summary>Special tokens where a template says.</summary>
internal sealed class Template(TemplatePart[] single, TemplatePart[] pair) : IPostProcessor
{
    public int Added(bool isPair) => (isPair ? pair : single).Sum(part => part.Tokens.Length);

    public List<List<TextToken>> Apply(List<List<TextToken>> texts, bool addSpecial)
    {
        var result = new List<List<TextToken>>();
        foreach (TemplatePart part in texts.Count == 2 ? pair : single)
        {
            if (part.Text is { } number)
            {
                result.Add(texts[number].ConvertAll(token => token with { TypeId = part.TypeId }));
            }
            else if (addSpecial)
            {
                result.Add([.. part.Tokens.Select(token => new TextToken(token.Id, token.Spelling, 0, 0, part.TypeId))]);
            }
        }

        return result;
    }
}

/// <summary>BERT's and RoBERTa's fixed templates; RoBERTa's also sets every type to 0 where no special tokens are put in.</summary>
internal sealed class FixedTemplate((int Id, string Spelling) first, (int Id, string Spelling) separator, bool roberta) : IPostProcessor
{
    public int Added(bool pair) => !pair ? 2 : roberta ? 4 : 3;

    public List<List<TextToken>> Apply(List<List<TextToken>> texts, bool addSpecial)
    {
        if (roberta)
        {
            texts = texts.ConvertAll(text => text.ConvertAll(token => token with { TypeId = 0 }));
        }

        if (!addSpecial)
        {
            return texts;
        }

        List<List<TextToken>> result = [[Special(first, 0)], texts[0], [Special(separator, 0)]];
        if (texts.Count == 2)
        {
            int type = roberta ? 0 : 1;
            if (roberta)
            {
                result.Add([Special(separator, 0)]);
            }

            result.Add(texts[1].ConvertAll(token => token with { TypeId = type }));
            result.Add([Special(separator, type)]);
        }

        return result;
    }

    private static TextToken Special((int Id, string Spelling) token, int type) => new(token.Id, token.Spelling, 0, 0, type);
}
